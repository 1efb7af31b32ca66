import type { JsonObject } from "../../machinery/object.ts";
import { visitField } from "./field-paths.ts";

/** One entry of `images`. */
export interface ImageChange {
  readonly name?: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly tagSuffix?: string;
  readonly digest?: string;
}

/** An image taken apart. */
function split(image: string): { name: string; tag: string; digest: string } {
  const at = image.indexOf("@");
  const digest = at < 0 ? "" : image.slice(at + 1);
  const rest = at < 0 ? image : image.slice(0, at);
  const colon = rest.lastIndexOf(":");
  const isTag = colon > rest.lastIndexOf("/");
  return { name: isTag ? rest.slice(0, colon) : rest, tag: isTag ? rest.slice(colon + 1) : "", digest };
}

/** The image after the change; itself where the change is about another. Mirrors imagetag.Update. */
export function changedImage(image: string, change: ImageChange): string {
  const { name, tag, digest } = split(image);
  if (name !== change.name || !/^[a-zA-Z0-9_.{}-]*$/.test(tag)) return image;
  let to = { tag, digest };
  if (change.newTag || change.digest) to = { tag: change.newTag ?? "", digest: change.digest ?? "" };
  if (change.tagSuffix) to = { tag: `${to.tag}${change.tagSuffix}`, digest: "" };
  return `${change.newName || name}${to.tag === "" ? "" : `:${to.tag}`}${to.digest === "" ? "" : `@${to.digest}`}`;
}

const LISTS = new Set(["containers", "initContainers"]);

/** Changes the images at a path of `configurations`: of a text, or of the containers in a list. */
export function changeImagesAt(object: JsonObject, path: string, change: ImageChange): void {
  visitField(object, path.replaceAll("[]", ""), false, (holder, field) => {
    if (typeof holder[field] === "string") holder[field] = changedImage(holder[field], change);
    else if (Array.isArray(holder[field]))
      for (const container of holder[field])
        if (typeof container?.image === "string") container.image = changedImage(container.image, change);
  });
}

/** Changes the images of every list of containers inside an object, wherever it is. */
export function changeImages(value: unknown, change: ImageChange): void {
  if (Array.isArray(value)) for (const item of value) changeImages(item, change);
  else if (typeof value === "object" && value !== null)
    for (const [key, child] of Object.entries(value as JsonObject)) {
      if (LISTS.has(key) && Array.isArray(child))
        for (const container of child)
          if (typeof container?.image === "string") container.image = changedImage(container.image, change);
      changeImages(child, change);
    }
}
