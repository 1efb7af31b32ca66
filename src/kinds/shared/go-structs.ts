/** A field of a Go struct: its name there, its name in JSON, its type; "" as JSON name embeds the struct. */
export interface GoStructField {
  readonly go: string;
  readonly json: string;
  readonly type: string;
}

// The internal structs that differences or values are shown of: "GoName type", the JSON name being the Go name with a
// small first letter unless it follows in brackets.
const layouts: Readonly<Record<string, string>> = {
  "core.PodTemplateSpec": "ObjectMeta(metadata) v1.ObjectMeta;Spec core.PodSpec",
  "v1.ObjectMeta":
    "Name string;GenerateName string;Namespace string;SelfLink string;UID(uid) string;ResourceVersion string;Generation int64;CreationTimestamp v1.Time;DeletionTimestamp *v1.Time;DeletionGracePeriodSeconds *int64;Labels map[string]string;Annotations map[string]string;OwnerReferences []v1.OwnerReference;Finalizers []string;ManagedFields []v1.ManagedFieldsEntry",
  "core.PodSpec":
    "Volumes []core.Volume;InitContainers []core.Container;Containers []core.Container;EphemeralContainers []core.EphemeralContainer;RestartPolicy string;TerminationGracePeriodSeconds *int64;ActiveDeadlineSeconds *int64;DNSPolicy(dnsPolicy) string;NodeSelector map[string]string;ServiceAccountName string;AutomountServiceAccountToken *bool;NodeName string;SecurityContext *core.PodSecurityContext;ImagePullSecrets []core.LocalObjectReference;Hostname string;Subdomain string;SetHostnameAsFQDN *bool;Affinity *core.Affinity;SchedulerName string;Tolerations []core.Toleration;HostAliases []core.HostAlias;PriorityClassName string;Priority *int32;PreemptionPolicy *core.PreemptionPolicy;DNSConfig(dnsConfig) *core.PodDNSConfig;ReadinessGates []core.PodReadinessGate;RuntimeClassName *string;Overhead map[core.ResourceName]resource.Quantity;EnableServiceLinks *bool;TopologySpreadConstraints []core.TopologySpreadConstraint;OS(os) *core.PodOS;SchedulingGates []core.PodSchedulingGate;ResourceClaims []core.PodResourceClaim;Resources *core.ResourceRequirements",
  "core.Container":
    "Name string;Image string;Command []string;Args []string;WorkingDir string;Ports []core.ContainerPort;EnvFrom []core.EnvFromSource;Env []core.EnvVar;Resources core.ResourceRequirements;ResizePolicy []core.ContainerResizePolicy;RestartPolicy *core.ContainerRestartPolicy;VolumeMounts []core.VolumeMount;VolumeDevices []core.VolumeDevice;LivenessProbe *core.Probe;ReadinessProbe *core.Probe;StartupProbe *core.Probe;Lifecycle *core.Lifecycle;TerminationMessagePath string;TerminationMessagePolicy string;ImagePullPolicy string;SecurityContext *core.SecurityContext;Stdin bool;StdinOnce bool;TTY(tty) bool",
  "core.ContainerPort": "Name string;HostPort int32;ContainerPort int32;Protocol string;HostIP string",
  "core.PodSecurityContext":
    "HostNetwork bool;HostPID(hostPID) bool;HostIPC(hostIPC) bool;ShareProcessNamespace *bool;HostUsers *bool;SELinuxOptions(seLinuxOptions) *core.SELinuxOptions;WindowsOptions *core.WindowsSecurityContextOptions;RunAsUser *int64;RunAsGroup *int64;RunAsNonRoot *bool;SupplementalGroups []int64;SupplementalGroupsPolicy *string;FSGroup(fsGroup) *int64;Sysctls []core.Sysctl;FSGroupChangePolicy(fsGroupChangePolicy) *string;SeccompProfile *core.SeccompProfile;AppArmorProfile *core.AppArmorProfile;SELinuxChangePolicy(seLinuxChangePolicy) *string",
  "core.SecurityContext":
    "Capabilities *core.Capabilities;Privileged *bool;SELinuxOptions(seLinuxOptions) *core.SELinuxOptions;WindowsOptions *core.WindowsSecurityContextOptions;RunAsUser *int64;RunAsGroup *int64;RunAsNonRoot *bool;ReadOnlyRootFilesystem *bool;AllowPrivilegeEscalation *bool;ProcMount *string;SeccompProfile *core.SeccompProfile;AppArmorProfile *core.AppArmorProfile",
  "core.Capabilities": "Add []core.Capability;Drop []core.Capability",
  "core.SeccompProfile": "Type string;LocalhostProfile *string",
  "core.LocalObjectReference": "Name string",
  "core.EnvVarSource":
    "FieldRef *core.ObjectFieldSelector;ResourceFieldRef *core.ResourceFieldSelector;ConfigMapKeyRef *core.ConfigMapKeySelector;SecretKeyRef *core.SecretKeySelector",
  "core.ObjectFieldSelector": "APIVersion(apiVersion) string;FieldPath string",
  "core.ConfigMapKeySelector": "LocalObjectReference() core.LocalObjectReference;Key string;Optional *bool",
  "core.SecretKeySelector": "LocalObjectReference() core.LocalObjectReference;Key string;Optional *bool",
  "core.EnvFromSource": "Prefix string;ConfigMapRef *core.ConfigMapEnvSource;SecretRef *core.SecretEnvSource",
  "core.ConfigMapEnvSource": "LocalObjectReference() core.LocalObjectReference;Optional *bool",
  "core.SecretEnvSource": "LocalObjectReference() core.LocalObjectReference;Optional *bool",
  "core.Probe":
    "ProbeHandler() core.ProbeHandler;InitialDelaySeconds int32;TimeoutSeconds int32;PeriodSeconds int32;SuccessThreshold int32;FailureThreshold int32;TerminationGracePeriodSeconds *int64",
  "core.ProbeHandler":
    "Exec *core.ExecAction;HTTPGet(httpGet) *core.HTTPGetAction;TCPSocket(tcpSocket) *core.TCPSocketAction;GRPC(grpc) *core.GRPCAction",
  "core.ExecAction": "Command []string",
  "core.HTTPGetAction":
    "Path string;Port intstr.IntOrString;Host string;Scheme string;HTTPHeaders(httpHeaders) []core.HTTPHeader",
  "core.TCPSocketAction": "Port intstr.IntOrString;Host string",
  "core.Volume": "Name string;VolumeSource() core.VolumeSource",
  "core.VolumeSource":
    "HostPath *core.HostPathVolumeSource;EmptyDir *core.EmptyDirVolumeSource;Secret *core.SecretVolumeSource;NFS(nfs) *core.NFSVolumeSource;PersistentVolumeClaim *core.PersistentVolumeClaimVolumeSource;DownwardAPI(downwardAPI) *core.DownwardAPIVolumeSource;ConfigMap *core.ConfigMapVolumeSource;Projected *core.ProjectedVolumeSource;CSI(csi) *core.CSIVolumeSource;Ephemeral *core.EphemeralVolumeSource;Image *core.ImageVolumeSource",
  "core.EmptyDirVolumeSource": "Medium string;SizeLimit *resource.Quantity",
  "core.SecretVolumeSource": "SecretName string;Items []core.KeyToPath;DefaultMode *int32;Optional *bool",
  "core.ConfigMapVolumeSource":
    "LocalObjectReference() core.LocalObjectReference;Items []core.KeyToPath;DefaultMode *int32;Optional *bool",
  "core.PersistentVolumeClaimVolumeSource": "ClaimName string;ReadOnly bool",
  "core.KeyToPath": "Key string;Path string;Mode *int32",
  "core.ProjectedVolumeSource": "Sources []core.VolumeProjection;DefaultMode *int32",
  "core.VolumeProjection":
    "Secret *core.SecretProjection;DownwardAPI(downwardAPI) *core.DownwardAPIProjection;ConfigMap *core.ConfigMapProjection;ServiceAccountToken *core.ServiceAccountTokenProjection;ClusterTrustBundle *core.ClusterTrustBundleProjection",
  "core.SecretProjection": "LocalObjectReference() core.LocalObjectReference;Items []core.KeyToPath;Optional *bool",
  "core.ConfigMapProjection": "LocalObjectReference() core.LocalObjectReference;Items []core.KeyToPath;Optional *bool",
  "core.DownwardAPIProjection": "Items []core.DownwardAPIVolumeFile",
  "core.DownwardAPIVolumeSource": "Items []core.DownwardAPIVolumeFile;DefaultMode *int32",
  "core.DownwardAPIVolumeFile":
    "Path string;FieldRef *core.ObjectFieldSelector;ResourceFieldRef *core.ResourceFieldSelector;Mode *int32",
  "core.ServiceAccountTokenProjection": "Audience string;ExpirationSeconds int64;Path string",
  "core.EnvVar": "Name string;Value string;ValueFrom *core.EnvVarSource",
  "core.VolumeMount":
    "Name string;ReadOnly bool;RecursiveReadOnly *string;MountPath string;SubPath string;MountPropagation *string;SubPathExpr string",
  "core.ResourceRequirements":
    "Limits map[core.ResourceName]resource.Quantity;Requests map[core.ResourceName]resource.Quantity;Claims []core.ResourceClaim",
  "core.Toleration": "Key string;Operator string;Value string;Effect string;TolerationSeconds *int64",
  "core.PersistentVolumeClaimSpec":
    "AccessModes []core.PersistentVolumeAccessMode;Selector *v1.LabelSelector;Resources core.VolumeResourceRequirements;VolumeName string;StorageClassName *string;VolumeMode *string;DataSource *core.TypedLocalObjectReference;DataSourceRef *core.TypedObjectReference;VolumeAttributesClassName *string",
  "core.VolumeResourceRequirements":
    "Limits map[core.ResourceName]resource.Quantity;Requests map[core.ResourceName]resource.Quantity",
  "core.PersistentVolumeSource":
    "GCEPersistentDisk(gcePersistentDisk) *core.GCEPersistentDiskVolumeSource;AWSElasticBlockStore(awsElasticBlockStore) *core.AWSElasticBlockStoreVolumeSource;HostPath *core.HostPathVolumeSource;Glusterfs *core.GlusterfsPersistentVolumeSource;NFS(nfs) *core.NFSVolumeSource;RBD(rbd) *core.RBDPersistentVolumeSource;Quobyte *core.QuobyteVolumeSource;ISCSI(iscsi) *core.ISCSIPersistentVolumeSource;FlexVolume *core.FlexPersistentVolumeSource;Cinder *core.CinderPersistentVolumeSource;CephFS(cephfs) *core.CephFSPersistentVolumeSource;FC(fc) *core.FCVolumeSource;Flocker *core.FlockerVolumeSource;AzureFile *core.AzureFilePersistentVolumeSource;VsphereVolume *core.VsphereVirtualDiskVolumeSource;AzureDisk *core.AzureDiskVolumeSource;PhotonPersistentDisk *core.PhotonPersistentDiskVolumeSource;PortworxVolume *core.PortworxVolumeSource;ScaleIO *core.ScaleIOPersistentVolumeSource;Local *core.LocalVolumeSource;StorageOS(storageos) *core.StorageOSPersistentVolumeSource;CSI(csi) *core.CSIPersistentVolumeSource",
  "batch.SuccessPolicy": "Rules []batch.SuccessPolicyRule",
  "batch.SuccessPolicyRule": "SucceededIndexes *string;SucceededCount *int32",
  "core.ScopeSelector": "MatchExpressions []core.ScopedResourceSelectorRequirement",
  "core.ScopedResourceSelectorRequirement": "ScopeName string;Operator string;Values []string",
  "core.HostPathVolumeSource": "Path string;Type *string",
  "core.LocalVolumeSource": "Path string;FSType(fsType) *string",
  "core.NFSVolumeSource": "Server string;Path string;ReadOnly bool",
};

let parsed: Readonly<Record<string, readonly GoStructField[]>> | undefined;

/** The layouts by type, read once. */
export function goStructs(): Readonly<Record<string, readonly GoStructField[]>> {
  parsed ??= Object.fromEntries(Object.entries(layouts).map(([type, text]) => [type, text.split(";").map(parseField)]));
  return parsed;
}

function parseField(text: string): GoStructField {
  const space = text.indexOf(" ");
  const match = /^(\w+)(?:\((\w*)\))?$/.exec(text.slice(0, space))!;
  const go = match[1]!;
  return { go, json: match[2] ?? go[0]!.toLowerCase() + go.slice(1), type: text.slice(space + 1) };
}
