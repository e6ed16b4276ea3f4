// The hair sheet's moved points.
in vec3 position;
in vec3 normal;
in vec2 place;
uniform mat4 camera;
out vec3 P;
out vec3 N;
out vec2 M;

void main() {
    P = position;
    N = normal;
    M = place;
    gl_Position = camera * vec4(position, 1.0);
}
