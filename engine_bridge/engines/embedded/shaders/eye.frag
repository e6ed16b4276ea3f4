// An eyeball: sclera with veins, iris with fibres, limbal ring, pupil, and a wet cornea that mirrors two lights.
in vec3 P;
in vec3 N;
in vec3 R;
in vec4 open_sky;
uniform vec3 iris_colour, sclera_colour, ball_centre;
uniform mat3 gaze;         // from the ball's resting frame to the head's
uniform float ball_radius;
out vec4 pixel;

void main() {
#ifdef TRUTH
    pixel = vec4(3.0, 10.0 / gl_FragCoord.w, 0.0, 1.0);
    return;
#endif
    vec3 n = normalize(P - ball_centre);
    vec3 d = transpose(gaze) * n;
    float r = length(d.xy);
    float angle = atan(d.y, d.x);
    float iris = 0.475 + 0.055 * IRIS_SIZE, pupil = iris * (0.40 + 0.13 * IRIS_PUPIL);
    vec4 vein = textureLod(noise, vec2(d.x * 0.33, d.y * 0.33), 0.0);
    vec3 c = sclera_colour * mix(vec3(1.0), vec3(0.86, 0.62, 0.56), smoothstep(0.52, 0.95, r) * (0.55 + 0.9 * vein.b));
    float ring = 0.0;
    if (d.z > 0.0) {
        float fibre = textureLod(noise, vec2(angle * 0.637, r * 0.10), 0.0).a;
        float along = clamp((r - pupil) / (iris - pupil), 0.0, 1.0);
        vec3 inner = iris_colour * (0.55 + 0.95 * fibre) * mix(1.35, 0.85, along);
        // Light enters above and gathers on the iris' far side.
        inner *= 1.0 + 0.55 * smoothstep(0.1, -0.5, d.y + 0.2) * along;
        ring = smoothstep(0.62, 1.0, along) * (0.62 + 0.34 * IRIS_RING);
        inner *= 1.0 - ring;
        c = mix(c, inner, smoothstep(iris + 0.025, iris - 0.035, r));
        c = mix(c, vec3(0.004), smoothstep(pupil + 0.03, pupil - 0.03, r));
    }
    vec3 view = normalize(eye_position - P);
    // The lid's shade: a soft band under it, beyond what the baked sky knows.
    vec3 colour = c * diffuse(n, open_sky, vec3(0.18));
    // The cornea bulges: it mirrors a window-like light nearer the pupil than the ball would.
    vec2 glint = d.xy - vec2(0.15, 0.15);
    vec2 past = max(abs(glint) - 0.055, vec2(0.0));
    float window = smoothstep(0.065, 0.030, length(past));
    float second = smoothstep(0.07, 0.045, length(d.xy - vec2(-0.20, -0.17)));
    colour += (0.90 * window + 0.10 * second) * step(0.0, d.z) + 0.06 * lobe(half_cosines(n, view), open_sky, 40.0);
    pixel = vec4(colour, 1.0);
}
