import { unknown, type Fact, type LocalFactKind } from '../../core/fact.js'

/** A missing file of the project is an error, not a state of the host, so it is never `absent`. */
function needed<V>(fact: Fact<V>, path: string): Fact<V> {
  if (fact.is !== 'absent') return fact
  return unknown(`${path} does not exist in the project`, 'create the file or correct its name')
}

/** The text of `templates/NAME`. */
export const templateFact: LocalFactKind<string, string> = {
  backend: 'local',
  name: 'template',
  async read(project, name) {
    const path = `templates/${name}`
    return needed(await project.readText(path), path)
  },
}

/** The bytes of a file of the project, by its path relative to the project's directory. */
export const sourceFact: LocalFactKind<string, Uint8Array> = {
  backend: 'local',
  name: 'source',
  async read(project, path) {
    return needed(await project.readBytes(path), path)
  },
}
