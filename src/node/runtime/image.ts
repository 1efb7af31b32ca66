import type { Flavor } from "./machine/container.ts";
import type { Program } from "./machine/process.ts";
import type { FileSystem } from "./machine/vfs.ts";
import type { ContainerSpec, ImageConfig } from "./runtime.ts";

/** What an image brings: files and the programs behind its executables. */
export interface SimulatedImage {
  readonly flavor: Flavor;
  files(fs: FileSystem, spec: ContainerSpec): void;
  programs(name: string): Program | undefined;
}

/** What the registry knows of an image without loading it. */
export interface ImageRow {
  /** Canonical repositories: "docker.io/library/nginx". A pattern with "*" stands for any name there. */
  readonly names: readonly string[];
  /** Whether a tag exists. */
  tag(tag: string): boolean;
  readonly sizeBytes: number;
  config(tag: string): ImageConfig;
  load(tag: string): Promise<SimulatedImage>;
}
