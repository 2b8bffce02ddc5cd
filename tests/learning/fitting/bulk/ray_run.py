"""A run on a Ray cluster of two nodes on this machine's loopback, as a process of its own: what it did, as JSON."""

import json
import os
import sys
from pathlib import Path

os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}

import ray
from fake_fitting import WORK, tasks
from ray.cluster_utils import Cluster

from nsa_ros.capture.fitted import load_fitted
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.bulk.cluster import RayCluster
from nsa_ros.learning.fitting.bulk.fits import Fits
from nsa_ros.learning.fitting.bulk.run import fit_many

HERE = "127.0.0.1"
NODE = {"num_cpus": 1, "node_ip_address": HERE, "object_store_memory": 80 * 2**20}


def main(folder: Path) -> None:
    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    try:
        cluster.add_node(**NODE)
        todo = tasks("bad", "kills", *(f"c{i}:300" for i in range(24)))
        summary = fit_many(todo, lambda: RayCluster(cluster.address, WORK), Fits(folder, "key"), WORK.group)
        again = fit_many(todo[2:], lambda: sys.exit("Ray was started for nothing"), Fits(folder, "key"), WORK.group)
        labels = [load_fitted(path).labels for path in folder.glob("c*.npz")]
    finally:
        cluster.shutdown()
    try:
        RayCluster(f"{HERE}:1", WORK)
    except NsaError as error:
        nowhere = str(error)
    local = fit_many(tasks("l"), lambda: RayCluster("local", WORK, slots=1), Fits(folder, "key"), WORK.group)
    print(json.dumps({
        "rows": {name: [row.status, row.cause] for name, row in summary.rows.items()},
        "skipped": again.count("skipped"),
        "workers": len({label["worker"] for label in labels}),
        "nodes": len({label["node"] for label in labels}),
        "here": str(os.getpid()) in {label["worker"] for label in labels},
        "threads": sorted({label["threads"] for label in labels}),
        "nowhere": nowhere,
        "local": local.rows["l"].status,
        "connected": ray.is_initialized(),
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
