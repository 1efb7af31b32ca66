import type { Client } from "../../client/client.ts";
import { ConnectionError } from "../../client/connection-error.ts";
import { collectionPath, listQuery, objectPath } from "../../client/create-client.ts";
import type { ApiResource, RestMapper } from "../../client/rest-mapper.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { aggregate, aggregateMessage } from "../report-error.ts";
import type { Session } from "../session.ts";
import { parseResourceArguments, type ResourceArguments } from "./arguments.ts";
import { expandFiles, type ManifestFile } from "./files.ts";
import { type Info, isList, isSelection, listItems, pathOf, placeIn, qualifiedResource } from "./info.ts";
import { enhanceListError } from "./list-error.ts";
import { requireServer, requireTyped } from "./manifest-checks.ts";
import { infoForDocument, infoForItem, readDocuments, type ValidationDirective } from "./manifests.ts";

/** Which resources a command works on, and how. Mirrors the settings of cli-runtime's resource.Builder; absent means off. */
export interface BuildOptions {
  readonly args?: readonly string[];
  readonly filenames?: readonly string[];
  readonly kustomize?: string;
  readonly recursive?: boolean;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly selectAll?: boolean;
  /** One type alone means all of its objects (get, delete --all). */
  readonly allowEmptySelector?: boolean;
  readonly namespace: string;
  /** --namespace was given, so that a manifest must not name another. */
  readonly enforceNamespace?: boolean;
  readonly allNamespaces?: boolean;
  readonly chunkSize?: number;
  /** Takes lists apart. */
  readonly flatten?: boolean;
  /** Reads what manifests name from the server. */
  readonly latest?: boolean;
  readonly continueOnError?: boolean;
  /** Reads what arguments name; default true. */
  readonly requireObject?: boolean;
  /** No server may be asked. */
  readonly local?: boolean;
  readonly singleResourceType?: boolean;
  /** Only built-in kinds are known, and manifests must fit their types (the builder's WithScheme). */
  readonly typed?: boolean;
  readonly subresource?: string;
  readonly validation?: ValidationDirective;
  /** How often kubectl asks what the server offers before it gives up; default: as many times as its builder does. */
  readonly discoveryTries?: number;
  /** Headers of every read, to ask for Tables. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}

/** What was found: a way to visit it. */
export interface BuildResult {
  /** One thing was named, so that it is printed as itself rather than as a list. */
  readonly singleItemImplied: boolean;
  /** Objects were named one by one, rather than selected. */
  readonly targetsSingleItems: boolean;
  /** Visits in order. Errors end it, or with continueOnError are thrown together at the end. */
  visit(visitor: (info: Info) => Promise<void> | void): Promise<void>;
  /** All of them, and what went wrong (undefined: nothing). */
  infos(ignore?: (error: unknown) => boolean): Promise<{ infos: Info[]; error: unknown }>;
}

const missingResource = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;

/** Nothing was named at all; commands that print their own usage recognise it. */
export class MissingResourceError extends Error {
  constructor() {
    super(missingResource);
  }
}

/** The resource that a word names. Throws "the server doesn't have a resource type …". */
export function resourceByName(mapper: RestMapper, word: string): ApiResource {
  const found = mapper.resourceFor(word);
  if (found === undefined)
    throw new Error(`the server doesn't have a resource type ${JSON.stringify(word.split(".")[0])}`);
  return found;
}

/** Reads the object of an info from the server. */
export async function fetchInfo(
  session: Session,
  info: Info,
  options: Pick<BuildOptions, "headers" | "query"> = {},
): Promise<JsonObject> {
  const client = await session.client();
  const request = {
    method: "GET",
    path: objectPath(pathOf(info), info.name, info.subresource),
    ...(options.query === undefined ? {} : { query: options.query }),
    headers: { accept: "application/json", ...options.headers },
  } as const;
  const response = await client.request(request).catch(async (error: unknown) => {
    throw isNotFound(error) ? ((await missingNamespace(client, info.namespace)) ?? error) : error;
  });
  if (response.kind !== "object") throw new Error(`unexpected answer to GET ${info.name}`);
  return response.body;
}

/** Why an object is not there, if it is because its namespace is not. Mirrors resource.Info.Get. */
async function missingNamespace(client: Client, namespace: string): Promise<unknown> {
  if (namespace === "" || namespace === "default") return undefined;
  return client.get({ group: "", version: "v1", resource: "namespaces" }, namespace).then(
    () => undefined,
    (error: unknown) => (isNotFound(error) ? error : undefined),
  );
}

class Builder {
  private readonly session: Session;
  private readonly options: BuildOptions;
  private files: readonly ManifestFile[] = [];
  private parsed: ResourceArguments = { types: [], names: [], tuples: [] };
  private resources: readonly ApiResource[] = [];
  private mapper: RestMapper | undefined;
  /** Why there is no mapper: told with the first manifest. */
  private unreachable: ConnectionError | undefined;
  private labelSelector: string | undefined;
  constructor(session: Session, options: BuildOptions) {
    this.session = session;
    this.options = options;
  }

  /** Checks everything that can be checked before visiting. Throws what resource.Result.Err would be. */
  async prepare(): Promise<
    Pick<BuildResult, "singleItemImplied" | "targetsSingleItems"> & { source: () => AsyncGenerator<Info> }
  > {
    const { options } = this;
    const files = this.checkFiles();
    this.checkSelectors();
    const args = options.args ?? [];
    this.parsed = parseResourceArguments(args);
    const { types, names, tuples } = this.parsed;
    if (args.length === 1 && types.length === 1 && options.allowEmptySelector === true) this.labelSelector ??= "";
    if (args.length === 0 && this.files.length === 0 && !options.kustomize && !this.selects())
      throw new MissingResourceError();
    if (options.local !== true) await this.findMapper();
    if (this.files.length > 0 || options.kustomize) {
      this.refuseArgumentsWithFiles();
      const labels = await this.labelFilter();
      return {
        singleItemImplied: files.singleItemImplied,
        targetsSingleItems: true,
        source: () => this.fromFiles(labels),
      };
    }
    if (this.labelSelector !== undefined || options.fieldSelector) return this.bySelector();
    if (tuples.length > 0) return this.byTuples();
    if (names.length > 0) return this.byNames();
    if (types.length === 0) throw new MissingResourceError();
    this.expandTypes();
    throw new Error("resource(s) were provided, but no name was specified");
  }

  private checkFiles(): { singleItemImplied: boolean } {
    const { filenames = [], kustomize = "", recursive = false } = this.options;
    const problems: Error[] = [];
    if (filenames.length > 0 && kustomize !== "") problems.push(new Error("only one of -f or -k can be specified"));
    if (kustomize !== "" && recursive) problems.push(new Error("the -k flag can't be used with -f or -R"));
    if (problems.length > 0) throw aggregate(problems);
    const expanded = expandFiles(filenames, recursive, this.session.cwd);
    this.files = expanded.files;
    return { singleItemImplied: expanded.singleItemImplied || (kustomize !== "" && filenames.length === 0) };
  }

  private checkSelectors(): void {
    const { labelSelector = "", fieldSelector = "", selectAll = false } = this.options;
    if (selectAll && (labelSelector.trim() !== "" || fieldSelector.trim() !== ""))
      throw new Error("setting 'all' parameter but found a non empty selector. ");
    this.labelSelector = selectAll ? "" : labelSelector.trim() === "" ? undefined : labelSelector.trim();
  }

  private selects(): boolean {
    return this.labelSelector !== undefined || (this.options.fieldSelector ?? "") !== "";
  }

  private refuseArgumentsWithFiles(): void {
    const { types, names, tuples } = this.parsed;
    if (types.length > 0)
      throw new Error(
        "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well",
      );
    if (names.length > 0) throw new Error("name cannot be provided when a path is specified");
    if (tuples.length > 0) throw new Error("resource/name arguments cannot be provided when a path is specified");
  }

  /** TYPE,TYPE with categories ("all") replaced; each resource once. */
  private expandTypes(): readonly ApiResource[] {
    const words = this.parsed.types.flatMap((types) => types.split(","));
    const mapper = this.mapper!;
    const expanded = words.flatMap((word) => {
      const category = mapper.category(word);
      return category.length > 0 ? category : [resourceByName(mapper, word)];
    });
    if (expanded.length > 1 && this.options.singleResourceType === true)
      throw new Error("you may only specify a single resource type");
    this.resources = [...new Set(expanded)];
    return this.resources;
  }

  private namespaceFor(resource: ApiResource): string {
    return resource.namespaced && this.options.allNamespaces !== true ? this.options.namespace : "";
  }

  private requireNamespaceFor(resource: ApiResource): string {
    if (resource.namespaced && this.options.allNamespaces === true)
      throw new Error("a resource cannot be retrieved by name across all namespaces");
    if (resource.namespaced && this.options.namespace === "")
      throw new Error("namespace may not be empty when retrieving a resource by name");
    return this.namespaceFor(resource);
  }

  private named(resource: ApiResource, name: string): Info {
    return {
      resource,
      name,
      namespace: this.requireNamespaceFor(resource),
      source: "",
      subresource: this.options.subresource ?? "",
      object: undefined,
    };
  }

  private bySelector() {
    const { types, names, tuples } = this.parsed;
    if (names.length > 0) throw new Error("name cannot be provided when a selector is specified");
    if (tuples.length > 0)
      throw new Error("selectors and the all flag cannot be used when passing resource/name arguments");
    if (types.length === 0) throw new Error("at least one resource must be specified to use a selector");
    if (this.options.subresource) throw new Error("subresource cannot be used when bulk resources are specified");
    this.expandTypes();
    return { singleItemImplied: false, targetsSingleItems: false, source: () => this.fromLists() };
  }

  private byTuples() {
    const mapped = this.parsed.tuples.map((t) => ({
      resource: resourceByName(this.mapper!, t.resource),
      name: t.name,
    }));
    const kinds = new Set(mapped.map((m) => `${m.resource.version}/${qualifiedResource(m.resource)}`));
    if (kinds.size > 1 && this.options.singleResourceType === true)
      throw new Error("you may only specify a single resource type");
    const infos = mapped.map((m) => this.named(m.resource, m.name));
    return { singleItemImplied: infos.length === 1, targetsSingleItems: true, source: () => emit(infos) };
  }

  private byNames() {
    if (this.expandTypes().length > 1) throw new Error("you must specify only one resource");
    const infos = this.parsed.names.map((name) => this.named(this.resources[0]!, name));
    return { singleItemImplied: infos.length === 1, targetsSingleItems: true, source: () => emit(infos) };
  }

  private async labelFilter(): Promise<(object: JsonObject) => boolean> {
    const selector = this.labelSelector;
    if (selector === undefined || selector === "") return () => true;
    const { parseLabelSelector, labelsMatch } = await import("../../machinery/selectors/label.ts");
    try {
      const terms = parseLabelSelector(selector);
      return (object) => labelsMatch(terms, object["metadata"]?.labels ?? {});
    } catch (error) {
      throw new Error(`the provided selector ${JSON.stringify(selector)} is not valid: ${(error as Error).message}`);
    }
  }

  /** Asks the server what kinds there are. That it cannot be reached is told at once, but with manifests as what cannot be done with them. */
  /** How often kubectl asks what the server offers before it gives up: for validation it asks something else. */
  private discoveryTries(hasManifests: boolean): number {
    if (hasManifests) return (this.options.validation ?? "Ignore") === "Ignore" ? 1 : 0;
    return this.options.discoveryTries ?? (this.parsed.tuples.length > 0 ? 4 : 5);
  }

  private async findMapper(): Promise<void> {
    const hasManifests = (this.options.filenames ?? []).length > 0 || (this.options.kustomize ?? "") !== "";
    try {
      this.mapper = await this.session.mapper(this.discoveryTries(hasManifests));
    } catch (error) {
      if (!(error instanceof ConnectionError) || !hasManifests) throw error;
      this.unreachable = error;
    }
  }

  private async *documentsOf(file: ManifestFile): AsyncGenerator<Info | Failure> {
    const directive = this.options.validation ?? "Ignore";
    for await (const value of readDocuments(this.session, file)) {
      await requireServer(this.session, this.unreachable, file.name, directive);
      try {
        const info = await infoForDocument(this.session, this.mapper, value, file.name, directive);
        if (this.options.typed === true && !isList(info.object)) await requireTyped(this.session, info);
        yield info;
      } catch (error) {
        // A validation error ends the file, one of mapping or decoding only the document.
        if ((error as Error).message.startsWith("error validating")) throw error;
        yield new Failure(error);
      }
    }
  }

  private async *fromKustomization(): AsyncGenerator<Info | Failure> {
    const { buildKustomization } = await import("./kustomization.ts");
    for (const object of await buildKustomization(this.session, this.options.kustomize!))
      try {
        await requireServer(
          this.session,
          this.unreachable,
          this.options.kustomize!,
          this.options.validation ?? "Ignore",
        );
        yield await infoForDocument(this.session, this.mapper, object, this.options.kustomize!, "Ignore");
      } catch (error) {
        yield new Failure(error);
      }
  }

  private async *fromFiles(matches: (object: JsonObject) => boolean): AsyncGenerator<Info> {
    const errors: unknown[] = [];
    const fail = (error: unknown): void => {
      if (this.options.continueOnError !== true) throw error;
      errors.push(error);
    };
    const sources = this.options.kustomize
      ? [() => this.fromKustomization()]
      : this.files.map((f) => () => this.documentsOf(f));
    for (const source of sources) {
      try {
        for await (const info of source())
          if (info instanceof Failure) fail(info.error);
          else for (const one of this.flattened(info, fail)) if (matches(one.object ?? {})) yield one;
      } catch (error) {
        fail(error);
      }
    }
    if (errors.length > 0) throw aggregate(errors);
  }

  /** A list's items, where lists are to be taken apart; several bad ones are one error. */
  private flattened(info: Info, fail: (error: unknown) => void): Info[] {
    if (this.options.flatten !== true || !isList(info.object)) return [info];
    const found: Info[] = [];
    const errors: unknown[] = [];
    const queue = listItems(info.object!);
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      if (isList(item)) queue.push(...listItems(item));
      else
        try {
          found.push(infoForItem(this.mapper, item, info.source));
        } catch (error) {
          errors.push(error);
        }
    }
    if (errors.length > 0) fail(aggregate(errors));
    return found;
  }

  private async *fromLists(): AsyncGenerator<Info> {
    const errors: unknown[] = [];
    for (const resource of this.resources)
      try {
        yield* this.pagesOf(resource);
      } catch (error) {
        if (this.options.continueOnError !== true) throw error;
        errors.push(error);
      }
    if (errors.length > 0) throw aggregate(errors);
  }

  private async *pagesOf(resource: ApiResource): AsyncGenerator<Info> {
    const { fieldSelector = "", chunkSize = 0 } = this.options;
    const labelSelector = this.labelSelector ?? "";
    const client = await this.session.client();
    const namespace = this.namespaceFor(resource);
    let next = "";
    do {
      const info: Info = { resource, namespace, name: "", source: "", subresource: "", object: undefined };
      try {
        const response = await client.request({
          method: "GET",
          path: collectionPath(pathOf(info)),
          query: {
            ...listQuery({ labelSelector, fieldSelector, limit: chunkSize, continue: next }),
            ...this.options.query,
          },
          headers: { accept: "application/json", ...this.options.headers },
        });
        if (response.kind !== "object") throw new Error(`unexpected answer to the list of ${resource.resource}`);
        info.object = response.body;
      } catch (error) {
        throw enhanceListError(error, resource, labelSelector, fieldSelector);
      }
      next = info.object["metadata"]?.continue ?? "";
      if (this.options.flatten === true && isList(info.object))
        for (const item of listItems(info.object))
          yield {
            ...info,
            object: item,
            name: item["metadata"]?.name ?? "",
            namespace: item["metadata"]?.namespace ?? "",
          };
      else yield info;
    } while (next !== "");
  }

  /** What is done to every info before the command sees it: its namespace, and its object where it has none yet. */
  async decorate(info: Info): Promise<void> {
    const { namespace, enforceNamespace, latest, requireObject = true, allNamespaces, local } = this.options;
    const fallback = allNamespaces === true ? "" : namespace;
    // Without a server, nobody knows whether a kind has namespaces: what names none gets none.
    if (local === true && info.namespace === "") return;
    if (!info.resource.namespaced) placeIn(info, "");
    else if (info.namespace === "" && fallback !== "" && !isSelection(info)) placeIn(info, fallback);
    else if (enforceNamespace === true && info.source !== "" && info.namespace !== namespace)
      throw new Error(
        `the namespace from the provided object ${JSON.stringify(info.namespace)} does not match the namespace ${JSON.stringify(namespace)}. You must pass '--namespace=${info.namespace}' to perform this operation.`,
      );
    const isManifest = info.source !== "" && info.name !== "";
    if ((latest === true && isManifest) || (requireObject && info.object === undefined))
      info.object = await fetchInfo(this.session, info, this.options);
    if (this.options.typed === true && info.source === "" && info.object !== undefined)
      await (await import("./typed.ts")).requireKnownKind(info);
  }
}

/** A document that could not be understood, among others that can. */
class Failure {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

async function* emit(infos: readonly Info[]): AsyncGenerator<Info> {
  yield* infos;
}

/** Finds what arguments, files and selectors name. Throws what is wrong with them before anything is visited. Mirrors cli-runtime's resource.Builder.Do. */
export async function findResources(session: Session, options: BuildOptions): Promise<BuildResult> {
  const builder = new Builder(session, options);
  const { source, ...what } = await builder.prepare();
  const visit: BuildResult["visit"] = async (visitor) => {
    const errors: unknown[] = [];
    // What goes wrong with the files themselves comes last, as one error.
    const ofFiles: unknown[] = [];
    const note = (error: unknown, list: unknown[]): void => {
      if (options.continueOnError !== true) throw error;
      list.push(error);
    };
    try {
      for await (const info of source()) {
        let list = info.source === "" ? errors : ofFiles;
        try {
          await builder.decorate(info);
          list = errors;
          await visitor(info);
        } catch (error) {
          note(error, list);
        }
      }
    } catch (error) {
      note(error, ofFiles);
    }
    if (errors.length > 0 && ofFiles.length > 0) errors.push(new Error(aggregateMessage(ofFiles)));
    else errors.push(...ofFiles);
    if (errors.length > 0) throw aggregate(errors);
  };
  return {
    ...what,
    visit,
    infos: async (ignore = () => false) => {
      const infos: Info[] = [];
      try {
        await visit((info) => {
          infos.push(info);
        });
        return { infos, error: undefined };
      } catch (error) {
        const all = (error instanceof AggregateError ? error.errors : [error]).filter((e) => !ignore(e));
        return { infos, error: all.length === 0 ? undefined : aggregate(all) };
      }
    },
  };
}
