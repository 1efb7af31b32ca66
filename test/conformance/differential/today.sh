# What happened just now: its events are still there.
kubectl create deployment fresh --image=nginx:1.27 --replicas=2
kubectl -n shop run late --image=no.such/image:3 --labels=app=late
kubectl create -f - <<'YAML'
apiVersion: v1
kind: Event
metadata: {name: by-hand, namespace: shop}
involvedObject: {apiVersion: v1, kind: Pod, name: vols, namespace: shop}
reason: Tested
message: "  a message\nof two lines  "
type: Odd
count: 7
firstTimestamp: "2020-01-01T00:00:00Z"
lastTimestamp: "2020-01-02T00:00:00Z"
source: {component: tester, host: here}
YAML
