"""What `nsa bench` measures, one module a stage, and the page that is made of it (docs/benchmarks.md)."""
