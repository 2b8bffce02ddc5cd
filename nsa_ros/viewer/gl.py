"""Offscreen rendering by OpenGL over EGL: no display, no GPU needed (Mesa draws in software then).

moderngl was chosen among the renderers tried (moderngl, pyrender, MuJoCo, PyVista, trimesh, matplotlib): by far the
fastest in software, 2 MB, MIT, and no other dependency than `libegl1` and Mesa's `libgl1-mesa-dri`.

One frame: the light's depth map, the camera's depth, ambient occlusion from that depth (at half resolution), then the
picture with 4x multisampling, so that fingers stand apart from each other and hands from the body behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.part import Colour
from nsa_ros.errors import NsaError
from nsa_ros.viewer.scene import Camera, Placed, Stage

if TYPE_CHECKING:
    import moderngl

Image = NDArray[np.uint8]

PACKAGES = "libegl1 libgl1-mesa-dri"
"""Debian and Ubuntu packages that this renderer needs."""

_SHADOW, _SHADOW_SHARE = 2048, 4
"""Width of the light's depth map [pixels] at most, and relative to the picture's longer side."""

_SKIN_VERTEX = """
#version 330
layout(std140) uniform Carriers { mat4 carrier[CARRIERS]; };
uniform mat4 view_projection;
uniform mat4 light_projection;
in vec3 in_position; in vec3 in_normal; in vec3 in_colour; in float in_carrier;
out vec3 position; out vec3 normal; out vec3 colour; out vec4 in_light;
void main() {
    mat4 place = carrier[int(in_carrier + 0.5)];
    vec4 world = place * vec4(in_position, 1.0);
    position = world.xyz;
    normal = mat3(place) * in_normal;
    colour = in_colour;
    in_light = light_projection * world;
    gl_Position = view_projection * world;
}
"""

_SKIN_FRAGMENT = """
#version 330
uniform vec3 eye; uniform vec3 light; uniform vec2 size;
uniform sampler2DShadow shadow; uniform sampler2D occlusion;
in vec3 position; in vec3 normal; in vec3 colour; in vec4 in_light;
out vec4 pixel;
const vec2 disc[5] = vec2[](vec2(-.8,.2), vec2(.2,.8), vec2(.8,-.2), vec2(-.2,-.8), vec2(0,0));
void main() {
    vec3 n = normalize(normal), v = normalize(eye - position), k = normalize(light);
    vec3 albedo = pow(colour, vec3(2.2));
    vec3 s = in_light.xyz / in_light.w * .5 + .5;
    float lit = 0.0;
    for (int i = 0; i < 5; ++i) lit += texture(shadow, vec3(s.xy + disc[i] * 0.0016, s.z - 0.0012)) / 5.0;
    float ao = texture(occlusion, gl_FragCoord.xy / size).r;
    float wrap = .15, key = max((dot(n, k) + wrap) / (1.0 + wrap), 0.0) * mix(.25, 1.0, lit);
    float fill = max(dot(n, normalize(vec3(-.8, .1, .6))), 0.0);
    float sky = .5 + .5 * n.y;
    float rim = pow(1.0 - max(dot(n, v), 0.0), 3.0) * smoothstep(-.2, .6, n.y + .35 * abs(n.x));
    vec3 h = normalize(k + v);
    float shine = pow(max(dot(n, h), 0.0), 28.0) * .10 * lit;
    vec3 ambient = mix(vec3(.26, .22, .20), vec3(.42, .44, .48), sky);
    vec3 warm = vec3(1.0, .96, .90) * key * 1.02 * mix(.55, 1.0, ao), cool = vec3(.62, .72, .9) * fill * .20 * ao;
    vec3 c = albedo * (ambient * ao + warm + cool);
    float light_cloth = smoothstep(.02, .25, dot(albedo, vec3(.3333)));
    c += (shine * mix(.12, 1.0, light_cloth) + rim * mix(.035, .09, light_cloth)) * ao;
    pixel = vec4(pow(clamp(c, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}
"""

_SCREEN_VERTEX = """
#version 330
out vec2 where;
void main() {
    vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
    where = corner;
    gl_Position = vec4(corner * 2.0 - 1.0, 0.99999, 1.0);
}
"""

_BACKGROUND_FRAGMENT = """
#version 330
in vec2 where; out vec4 pixel;
void main() {
    float glow = exp(-dot((where - vec2(.5, .62)) * vec2(1.5, 1.2), (where - vec2(.5, .62)) * vec2(1.5, 1.2)) * 2.2);
    vec3 c = mix(vec3(.70, .73, .77), vec3(.92, .93, .945), glow);
    float grain = fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.5453) - .5;
    pixel = vec4(c + grain / 255.0, 1.0);
}
"""

_OCCLUSION_FRAGMENT = """
#version 330
uniform sampler2D depth; uniform float near; uniform float far; uniform vec2 tangent;
in vec2 where; out float open_share;
float linear(vec2 at) {
    float d = texture(depth, at).r * 2.0 - 1.0;
    return 2.0 * near * far / (far + near - d * (far - near));
}
vec3 point(vec2 at) { float z = linear(at); return vec3((at * 2.0 - 1.0) * tangent * z, -z); }
void main() {
    vec3 p = point(where);
    if (-p.z > far * .95) { open_share = 1.0; return; }
    vec3 n = normalize(cross(dFdx(p), dFdy(p)));
    float turn = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(.06711056, .00583715)))) * 6.2831853;
    float total = 0.0;
    for (int i = 0; i < 10; ++i) {
        float share = (float(i) + .5) / 10.0, angle = turn + float(i) * 2.399963;
        float radius = mix(.006, .045, share * share);
        vec2 at = where + vec2(cos(angle), sin(angle)) * radius / (-p.z * tangent * 2.0);
        vec3 d = point(at) - p;
        float far_off = length(d);
        total += max(dot(n, d) / (far_off + 1e-5) - .12, 0.0) * smoothstep(.09, .03, far_off);
    }
    open_share = clamp(1.0 - total / 10.0 * 2.1, 0.0, 1.0);
}
"""

_BLUR_FRAGMENT = """
#version 330
uniform sampler2D source; in vec2 where; out float open_share;
void main() {
    vec2 step = 1.0 / vec2(textureSize(source, 0));
    float total = 0.0;
    for (int x = -2; x < 2; ++x)
        for (int y = -2; y < 2; ++y) total += texture(source, where + (vec2(x, y) + .5) * step).r;
    open_share = total / 16.0;
}
"""

_LIGHT = np.array([-0.42, 0.75, 0.95])
_NEAR, _FAR = 0.1, 12.0


class GlRenderer:
    """Draws a scene into arrays.

    Args:
        scene: what is drawn; at most 256 carriers (what every OpenGL 3.3 driver has room for).
        size: width and height of the picture [pixels].
        backdrop: one colour behind everything (sRGB); a soft light when left out.

    Raises:
        NsaError: moderngl or an OpenGL 3.3 driver with EGL is missing; the message names the packages.
    """

    def __init__(self, scene: Stage, size: tuple[int, int], backdrop: Colour | None = None) -> None:
        try:
            import moderngl

            self._context = moderngl.create_context(standalone=True, backend="egl", require=330)
        except Exception as error:  # glcontext raises bare exceptions of many kinds
            raise NsaError(
                f"no OpenGL over EGL ({error}). It needs `sudo apt-get install {PACKAGES}` and `pip install moderngl`."
            ) from error
        gl, (width, height) = self._context, size
        self.size = size
        self._lit, self._names, self._backdrop = scene.lit, scene.carriers, backdrop
        skin_vertex = _SKIN_VERTEX.replace("CARRIERS", str(len(self._names)))
        self._skin = gl.program(vertex_shader=skin_vertex, fragment_shader=_SKIN_FRAGMENT)
        self._depth_only = gl.program(vertex_shader=skin_vertex, fragment_shader="#version 330\nvoid main() {}")
        screen = {
            name: gl.program(vertex_shader=_SCREEN_VERTEX, fragment_shader=fragment)
            for name, fragment in (
                ("background", _BACKGROUND_FRAGMENT),
                ("occlusion", _OCCLUSION_FRAGMENT),
                ("blur", _BLUR_FRAGMENT),
            )
        }
        self._screen = {name: (program, gl.vertex_array(program, [])) for name, program in screen.items()}
        vertices, faces = _buffers(scene)
        vertex_buffer, index_buffer = gl.buffer(vertices.tobytes()), gl.buffer(faces.tobytes())
        layout = ("3f 3f 3f 1f", "in_position", "in_normal", "in_colour", "in_carrier")
        self._picture = gl.vertex_array(self._skin, [(vertex_buffer, *layout)], index_buffer)
        skip = ("3f 24x 1f", "in_position", "in_carrier")
        self._shape = gl.vertex_array(self._depth_only, [(vertex_buffer, *skip)], index_buffer)
        self._carriers = gl.buffer(reserve=64 * len(self._names))
        self._carriers.bind_to_uniform_block(0)
        for program in (self._skin, self._depth_only):
            program["Carriers"].binding = 0
        fine = min(_SHADOW, _SHADOW_SHARE * max(size))
        self._shadow = gl.depth_texture((fine, fine))
        self._shadow.compare_func = "<="
        self._shadow.repeat_x = self._shadow.repeat_y = False
        self._depth = gl.depth_texture(size)
        self._depth.compare_func = ""
        self._depth.repeat_x = self._depth.repeat_y = False
        half = (max(width // 2, 1), max(height // 2, 1))
        self._occlusion = [gl.texture(half, 1, dtype="f1") for _ in range(2)]
        for texture in self._occlusion:
            texture.repeat_x = texture.repeat_y = False
        self._shadow_target = gl.framebuffer(depth_attachment=self._shadow)
        self._depth_target = gl.framebuffer(depth_attachment=self._depth)
        self._occlusion_targets = [gl.framebuffer([texture]) for texture in self._occlusion]
        self._smooth = gl.framebuffer([gl.renderbuffer(size, 3, samples=4)], gl.depth_renderbuffer(size, samples=4))
        self._final = gl.framebuffer([gl.renderbuffer(size, 3)])

    def render(self, placed: Placed, camera: Camera) -> Image:
        """One picture of one frame (positions (C, 3), rotations (C, 3, 3)). Shape (height, width, 3), sRGB."""
        with self._context:  # several renderers may take turns
            return self._rendered(placed, camera)

    def _rendered(self, placed: Placed, camera: Camera) -> Image:
        gl, (width, height) = self._context, self.size
        matrices = np.zeros((len(self._names), 4, 4), dtype=np.float32)
        matrices[:, :3, :3] = np.swapaxes(placed.rotations, -1, -2)
        matrices[:, 3, :3] = placed.positions
        matrices[:, 3, 3] = 1
        self._carriers.write(matrices.tobytes())
        slope = float(np.tan(camera.field / 2))
        view = _look(np.array(camera.eye), np.array(camera.target))
        projection = _perspective(slope, width / height) @ view
        centre = placed.positions[self._names.index(self._lit.carrier)] + self._lit.offset
        light = _orthographic(self._lit.radius) @ _look(centre + 2 * _LIGHT / np.linalg.norm(_LIGHT), centre)

        gl.enable_only(gl.DEPTH_TEST | gl.CULL_FACE)
        self._draw_depth(self._shadow_target, light)
        self._draw_depth(self._depth_target, projection)
        gl.enable_only(gl.NOTHING)
        self._depth.use(0)
        occlusion, quad = self._screen["occlusion"]
        occlusion["depth"], occlusion["near"], occlusion["far"] = 0, _NEAR, _FAR
        occlusion["tangent"] = (slope * width / height, slope)
        self._occlusion_targets[0].use()
        quad.render(vertices=3)
        self._occlusion[0].use(0)
        self._occlusion_targets[1].use()
        self._screen["blur"][1].render(vertices=3)

        self._smooth.use()
        self._smooth.clear(*(self._backdrop or (0.0, 0.0, 0.0)), depth=1.0)
        if self._backdrop is None:
            self._screen["background"][1].render(vertices=3)
        gl.enable_only(gl.DEPTH_TEST | gl.CULL_FACE)
        self._shadow.use(0)
        self._occlusion[1].use(1)
        skin = self._skin
        skin["shadow"], skin["occlusion"], skin["size"] = 0, 1, (float(width), float(height))
        skin["eye"], skin["light"] = tuple(camera.eye), tuple(_LIGHT)
        skin["view_projection"].write(projection.T.astype("f4").tobytes())
        skin["light_projection"].write(light.T.astype("f4").tobytes())
        self._picture.render()
        gl.copy_framebuffer(self._final, self._smooth)
        pixels = np.frombuffer(self._final.read(components=3, alignment=1), dtype=np.uint8)
        return pixels.reshape(height, width, 3)[::-1]

    def close(self) -> None:
        """Give the context back."""
        self._context.release()

    def _draw_depth(self, target: moderngl.Framebuffer, projection: NDArray[np.float64]) -> None:
        target.use()
        target.clear(depth=1.0)
        self._depth_only["view_projection"].write(projection.T.astype("f4").tobytes())
        self._shape.render()


def _buffers(scene: Stage) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    index = {name: i for i, name in enumerate(scene.carriers)}
    vertices, faces, count = [], [], 0
    for part in scene.parts:
        mesh, n = part.mesh, len(part.mesh.vertices)
        own = np.column_stack([np.tile(part.colour, (n, 1)), np.full(n, index[part.carrier])])
        vertices.append(np.hstack([mesh.vertices, mesh.normals, own]))
        faces.append(mesh.faces + count)
        count += n
    return np.concatenate(vertices).astype(np.float32), np.concatenate(faces).astype(np.int32)


def _look(eye: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    back = (eye - target) / np.linalg.norm(eye - target)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :3] = right, np.cross(back, right), back
    matrix[:3, 3] = -matrix[:3, :3] @ eye
    return matrix


def _perspective(slope: float, aspect: float) -> NDArray[np.float64]:
    matrix = np.zeros((4, 4))
    matrix[0, 0], matrix[1, 1] = 1 / (slope * aspect), 1 / slope
    matrix[2, 2], matrix[2, 3] = -(_FAR + _NEAR) / (_FAR - _NEAR), -2 * _FAR * _NEAR / (_FAR - _NEAR)
    matrix[3, 2] = -1
    return matrix


def _orthographic(half: float) -> NDArray[np.float64]:
    matrix = np.diag([1 / half, 1 / half, -2 / 4.0, 1.0])
    matrix[2, 3] = -1.0
    return matrix
