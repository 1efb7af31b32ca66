/**
 * The laws that keep simulated programs affordable, in one place.
 *
 * Fast-forward law. Programs are replayed from their start, so a program that loops for days would cost more each day.
 * A container that has used STEADY_STEPS steps (or STEADY_CALLS calls to the outside) since the last input from outside
 * is taken to be in a steady rhythm: from there on its sleeping processes are skipped forward, whenever someone looks
 * at instant T, to the last multiple of STEADY_GRID before T, and run on from there. A `date` loop prints the right
 * times for ever; a counter stops counting for the skipped time. A process that still computes at that point (a busy
 * loop) stands still until the next input. The result depends on the journal and T alone, never on who looked before.
 */
export const STEADY_STEPS = 40_000;
export const STEADY_CALLS = 300;
/** Milliseconds. */
export const STEADY_GRID = 600_000;
/** After this many steps in all, an input grants only INPUT_STEPS more. */
export const TOTAL_STEPS = 300_000;
export const INPUT_STEPS = 3_000;
/** How far `start` looks ahead at first, in steps; each later look doubles it. */
export const LOOK_AHEAD_STEPS = 4_000;
/** Milliseconds of CPU that one step costs, and one started program. */
export const STEP_MS = 0.01;
export const SPAWN_MS = 0.6;
/** Moving so many bytes (a power of two) costs a step. */
export const BYTES_PER_STEP = 12;
/** Steps that a new process costs beside its time. */
export const SPAWN_STEPS = 10;
/** A process gives way after so many steps. */
export const SLICE_STEPS = 200;

/** Kept log bytes of a container; older lines go, as the kubelet rotates them away. */
export const LOG_BYTES = 4 << 20;
/** Bytes of files that a container writes, in all and in each, that are kept as they are: what comes behind counts as zeros. */
export const DISK_BYTES = 32 << 20;
export const FILE_BYTES = 16 << 20;
/** What is free on a simulated node's disk, as df shows it. */
export const NODE_DISK_BYTES = 42_327_876 * 1024;
export const PIPE_BYTES = 64 << 10;
/** What a simulated node has to give, as /proc/meminfo shows it: the limit of containers without one. */
export const NODE_MEMORY_BYTES = 8_137_548 * 1024;
/** Processes that live in a container at once. */
export const MAX_PROCESSES = 512;
/** Journal entries of a pod; beyond it the oldest served requests go. */
export const MAX_JOURNAL = 3_000;
