// Three lights and an ambient dome in linear light; wrap lets light bleed past the shadow's edge, redder than it came.
uniform vec3 eye_position;

const vec3 KEY = vec3(0.3714, 0.5571, 0.7428), FILL = vec3(-0.8321, 0.1664, 0.5290), RIM = vec3(0.0, 0.5145, -0.8575);

vec3 diffuse(vec3 n, vec3 wrap) {
    vec3 key = max(vec3(0.0), (vec3(dot(n, KEY)) + wrap) / (1.0 + wrap));
    vec3 fill = max(vec3(0.0), (vec3(dot(n, FILL)) + wrap) / (1.0 + wrap));
    vec3 dome = mix(vec3(0.17, 0.15, 0.14), vec3(0.36, 0.38, 0.42), 0.5 + 0.5 * n.y);
    return key * vec3(0.88, 0.85, 0.80) + fill * vec3(0.22, 0.24, 0.29) + dome + max(0.0, dot(n, RIM)) * 0.25;
}

float highlight(vec3 n, vec3 view, float power) {
    float key = pow(max(dot(n, normalize(KEY + view)), 0.0), power);
    float fill = pow(max(dot(n, normalize(FILL + view)), 0.0), power);
    return key + 0.35 * fill;
}
