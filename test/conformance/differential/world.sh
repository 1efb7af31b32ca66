# Makes the objects that the command lines look at; `kubectl` and `drykube` are ours, the cluster is there and empty.
set -e
later() { export BEHIND_MS=$((BEHIND_MS - $1 * 60000)); }
# Twice: the definitions of its own custom resources, and the account of one of its pods, have to be there first.
kubectl apply -f "$FIXTURES/world.yaml" >/dev/null 2>&1 || kubectl apply -f "$FIXTURES/world.yaml" >/dev/null
# One of every kind, without those that would stand in the way of the others (webhooks and an API that nobody serves, a quota).
for file in "$KINDS"/*.yaml; do case "$file" in */nodes.yaml | *webhook* | */apiservices* | */resourcequotas*) continue ;; esac; kubectl create -f "$file" >/dev/null 2>&1 || true; done
later 2
kubectl annotate deployment web kubernetes.io/change-cause=second --overwrite >/dev/null
kubectl set image deployment web nginx=nginx:1.28 >/dev/null
later 2
kubectl cordon "$(kubectl get nodes -o name | tail -1 | cut -d/ -f2)" >/dev/null
later 10
kubectl get nodes >/dev/null
