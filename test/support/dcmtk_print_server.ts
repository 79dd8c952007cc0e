/** DCMTK's dcmprscp, a print SCP, with a configuration and a database of its own. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NO_DELAY } from "./dcmtk_servers.ts";
import { freePort } from "./ports.ts";
import type { Scope } from "./process.ts";

export async function startDcmprscp(
  scope: Scope,
): Promise<{ readonly port: number; readonly aeTitle: string }> {
  const folder = scope.tempDir();
  const port = await freePort();
  const aeTitle = "PRINTER";
  for (const name of ["database", "spool", "log", "lut"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "print.cfg"), configuration({ port, aeTitle }));
  const command = ["dcmprscp", "-c", "print.cfg", "-p", aeTitle];
  await scope.start(command, { cwd: folder, env: NO_DELAY }).listens(port);
  return { port, aeTitle };
}

function configuration({ port, aeTitle }: { port: number; aeTitle: string }): string {
  return `
[[GENERAL]]
[APPLICATION]
LogDirectory = log
[PRINT]
Directory = spool
Server = dcmprscp
[DATABASE]
Directory = database
[LUT]
Directory = lut
[[COMMUNICATION]]
[${aeTitle}]
Aetitle = ${aeTitle}
Description = Print SCP of a test
Hostname = localhost
Port = ${port}
Type = LOCALPRINTER
DisplayFormat = 1,1\\2,2
EmptyImageDensity = 20\\BLACK\\WHITE
FilmDestination = MAGAZINE\\PROCESSOR
FilmSizeID = 8INX10IN\\14INX17IN
MagnificationType = REPLICATE\\BILINEAR\\CUBIC\\NONE
MaxDensity = 320
MaxPDU = 32768
MediumType = PAPER\\CLEAR FILM
MinDensity = 20
ResolutionID = STANDARD
Supports12Bit = true
SupportsPresentationLUT = true
`.trimStart();
}
