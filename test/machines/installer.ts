/**
 * A stub of k3s's installer and of k3s. As the real one (k3s-io/k3s, install.sh: setup_env, create_systemd_service_file) it takes the command from
 * its arguments or INSTALL_K3S_EXEC, names the service `k3s` for a server and `k3s-<command>` for all else, keeps K3S_* in the
 * service's environment file, and starts the service. What it was given it writes to /share/result/installer.
 */
export const stubInstaller = `#!/bin/sh
set -e
# shellcheck disable=SC2086
set -- $INSTALL_K3S_EXEC "$@"
seen=/share/result/installer
mkdir -p "$seen"
echo "$*" >> "$seen/calls"
env | grep -E '^(INSTALL_)?K3S_' | sort > "$seen/environment"
cp /etc/rancher/k3s/config.yaml "$seen/config.yaml"
command=\${1:-server}
case "$command" in server) name=k3s ;; *) name=k3s-$command ;; esac
cat > /usr/local/bin/k3s <<'K3S'
#!/bin/sh
case "$1" in
  server | agent) systemd-notify --ready; exec sleep infinity ;;
  kubectl) systemctl is-active --quiet k3s && echo ok ;;
esac
K3S
chmod 755 /usr/local/bin/k3s
env | grep '^K3S_' > "/etc/systemd/system/$name.service.env" || true
cat > "/etc/systemd/system/$name.service" <<UNIT
[Unit]
After=network-online.target
[Service]
Type=notify
NotifyAccess=all
EnvironmentFile=-/etc/systemd/system/$name.service.env
ExecStart=/usr/local/bin/k3s $*
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --quiet --now "$name"
`;
