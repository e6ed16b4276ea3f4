// Falling hair's moved points.
in vec3 position;
in vec3 normal;
in vec3 flow;              // down the strand
in vec4 place;             // across the strands, along them, what is left of them, from the front edge; dm
uniform mat4 camera;
out vec3 P;
out vec3 N;
out vec3 T;
out vec4 F;

void main() {
    P = position;
    N = normal;
    T = flow;
    F = place;
    gl_Position = camera * vec4(position, 1.0);
}
