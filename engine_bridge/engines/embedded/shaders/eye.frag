// An eyeball: sclera, iris with fibres and limbal ring, pupil, shade of the upper lid, and the cornea's highlight.
in vec3 P;
in vec3 N;
in vec3 R;
uniform sampler2D noise;
uniform vec3 iris_colour, sclera_colour, ball_centre;
uniform float ball_radius;
out vec4 pixel;

void main() {
    vec3 d = (P - ball_centre) / ball_radius;
    float r = length(d.xy);
    float angle = atan(d.y, d.x);
    float iris = 0.46 + 0.06 * IRIS_SIZE, pupil = 0.20 + 0.06 * IRIS_PUPIL;
    vec3 c = sclera_colour * mix(vec3(1.0), vec3(0.80, 0.66, 0.62), smoothstep(0.55, 1.0, r));
    if (d.z > 0.0) {
        float fibre = textureLod(noise, vec2(angle * 0.40, r * 0.12), 0.0).a;
        vec3 inner = iris_colour * (0.65 + 0.75 * fibre) * (1.25 - 0.35 * smoothstep(pupil, iris, r));
        c = mix(c, inner, smoothstep(iris, iris - 0.04, r));
        c *= 1.0 - (0.40 + 0.35 * IRIS_RING) * smoothstep(iris - 0.12, iris - 0.02, r) * smoothstep(iris + 0.05, iris - 0.01, r);
        c = mix(c, vec3(0.006), smoothstep(pupil + 0.025, pupil - 0.025, r));
    }
    float lid_shade = mix(1.0, 0.45, smoothstep(0.10, 0.62, d.y));
    vec3 n = normalize(N);
    vec3 view = normalize(eye_position - P);
    vec3 colour = c * diffuse(n, vec3(0.25)) * lid_shade;
    vec2 glint = d.xy - vec2(0.17, 0.20);
    colour += 0.85 * smoothstep(0.10, 0.05, length(glint)) + 0.10 * highlight(n, view, 60.0) * lid_shade;
    pixel = vec4(colour, 1.0);
}
