// The hair sheet: strands that end raggedly at the hairline and at the tips, shiny across them (Kajiya and Kay, 1989).
in vec3 P;
in vec3 N;
in vec2 M;
uniform sampler2D tile;    // stubble, strands, freckles, down
uniform vec3 hair_colour;
uniform float edge, end_y, detail;
out vec4 pixel;

void main() {
    float lie = M.y - 0.25 * M.x;
    float fine = textureLod(tile, vec2(M.x * 1.7 + 0.06 * M.y, lie * 0.22), max(detail - 0.8, 0.0)).g;
    float coarse = textureLod(noise, vec2(M.x * 0.62 + 0.11 * M.y, lie * 0.30 + 0.37), 0.0).a;
    float strand = 0.55 * fine + 0.45 * coarse;
    float front = M.y - max(hairline(M.x) - 0.015, 7.30);
    float back = min(M.x - edge, M.y - 6.0);
    float behind = max(front, back);
    if (behind + 0.10 * (strand - 0.55) < 0.0) discard;
    if (M.y - end_y < 0.10 * strand) discard;

#ifdef TRUTH
    pixel = vec4(8.0, 10.0 / gl_FragCoord.w, 0.0, 1.0);
    return;
#endif
    vec3 view = normalize(eye_position - P);
    vec3 n = normalize(N);
    float facing = gl_FrontFacing ? 1.0 : -1.0;
    n *= facing;
    vec3 flow = vec3(0.0, -1.0, -0.30) + 0.35 * vec3((coarse - 0.5), 0.0, 0.0);
    vec3 along = normalize(flow - n * dot(flow, n));
    float inside = facing < 0.0 ? 0.55 : 1.0;
    float root = smoothstep(0.0, 0.16, behind);
    float open = inside * (0.60 + 0.40 * root) * (0.62 + 0.38 * smoothstep(0.10, 0.65, strand));
    vec4 sky = vec4(open, 0.0, 0.0, 0.0);
    vec3 c = hair_colour * (0.75 + 0.65 * strand);
    vec3 colour = c * diffuse(normalize(n + 0.5 * (strand - 0.5) * cross(along, n)), sky, vec3(0.25));
    vec3 middle = normalize(key_direction + view);
    float across = dot(along, middle) + 0.12 * (coarse - 0.5);
    float gleam = exp2(-26.0 * across * across) * max(dot(n, key_direction) + 0.25, 0.0);
    colour += open * gleam * (0.07 + 0.55 * hair_colour) * (0.35 + 0.9 * strand);
    pixel = vec4(colour, 1.0);
}
