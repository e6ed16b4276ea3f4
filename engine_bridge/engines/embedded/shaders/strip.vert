// Eyeballs and lashes: the moved point as it is, with its place on the neutral head.
in vec3 position;
in vec3 normal;
in vec3 rest;
in vec4 sky;
uniform mat4 camera;
out vec3 P;
out vec3 N;
out vec3 R;
out vec4 open_sky;

void main() {
    P = position;
    N = normal;
    R = rest;
    open_sky = sky;
    gl_Position = camera * vec4(position, 1.0);


}
