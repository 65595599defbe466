// Holds a software bill of materials to CycloneDX's JSON schema, strictly: unknown fields fail too.
//   node sbom.js FILE    ends with status 1 and the errors where FILE does not fit
import { readFileSync } from "node:fs";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

const errors = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(readFileSync(process.argv[2], "utf8"));
if (errors !== null) {
  console.error(errors);
  process.exit(1);
}
