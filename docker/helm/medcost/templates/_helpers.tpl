{{- define "medcost.labels" -}}
app.kubernetes.io/name: medcost
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "medcost.image" -}}
{{ .root.Values.image.registry }}/{{ .root.Values.image.repository }}-{{ .image }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "medcost.database" -}}
postgresql://{{ .user }}@{{ .root.Values.database.host }}:{{ .root.Values.database.port }}/medcost?sslmode=verify-full&sslrootcert=/run/secrets/ca.crt&sslcert=/run/secrets/{{ .user }}.crt&sslkey=/run/secrets/{{ .user }}.key
{{- end }}

{{- define "medcost.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "medcost.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}
