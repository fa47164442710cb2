export function shellFiles(folder: string): readonly string[]
export function programFiles(folder: string): readonly string[]
export function shortNames(folder: string): ReadonlyMap<string, string>
export function shortened(text: string, names: ReadonlyMap<string, string>): string
export function programModule(
  path: string,
  text: string,
  names: ReadonlyMap<string, string>,
): string
