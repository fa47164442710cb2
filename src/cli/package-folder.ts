import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The nearest folder with a `package.json`. */
function folderOf(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : folderOf(dirname(directory))
}

/** The folder of Fettle's own package: a clone of its repository, or where npm installed it. */
export const packageFolder = (): string => folderOf(import.meta.dirname)

/** Fields of Fettle's `package.json`. */
export interface Manifest {
  readonly version: string
  readonly devDependencies?: Readonly<Record<string, string>>
}

export const manifest = (): Manifest =>
  JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as Manifest
