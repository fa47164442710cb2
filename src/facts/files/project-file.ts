import { declared } from '../../core/backend.js'
import { backendFact, unknown, type Fact } from '../../core/fact.js'
import type { FileInput } from '../../core/sh.js'

/** Reads files of the project. Paths are relative to its directory. */
export interface ProjectReader {
  readText(path: string): Promise<Fact<string>>
  readBytes(path: string): Promise<Fact<Uint8Array>>
  /** The bytes of a small file; of a large one, what is needed to compare and to send it. */
  readContent(path: string): Promise<Fact<Uint8Array | FileInput>>
}

/** The project's files on the control machine. */
export const projectFiles = declared<ProjectReader>({
  name: 'project',
  scope: 'run',
  early: true,
})

/** A missing file of the project is an error, not a state of the host, so it is never `absent`. */
function needed<V>(fact: Fact<V>, path: string): Fact<V> {
  if (fact.is !== 'absent') return fact
  return unknown(`${path} does not exist in the project`, 'create the file or correct its name')
}

/** The text of `templates/NAME`. */
export const templateFact = backendFact({
  backend: projectFiles,
  name: 'template',
  async read(project, name: string) {
    const path = `templates/${name}`
    return needed(await project.readText(path), path)
  },
})

/** The bytes of a file of the project, by its path relative to the project's directory. */
export const sourceFact = backendFact({
  backend: projectFiles,
  name: 'source',
  async read(project, path: string) {
    return needed(await project.readBytes(path), path)
  },
})

/** The content of a file of the project, of any size, for resources that only write and compare it. */
export const sourceContentFact = backendFact({
  backend: projectFiles,
  name: 'source content',
  async read(project, path: string) {
    return needed(await project.readContent(path), path)
  },
})
