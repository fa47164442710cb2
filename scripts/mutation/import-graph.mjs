// Which tests can notice a change of a source: those that import it, by however many steps.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const imported = /(?:from|import) '(\.[^']+)\.js'/g

export class ImportGraph {
  #closures = new Map()

  /**
   * The files that import a source, those of its own folder first. A file that imports others by
   * computed names is taken for one that imports everything.
   */
  thatImport(source, files) {
    const [name] = /src\/(?:facts|resources)\/.*$/.exec(source)
    const folder = dirname(name).replace(/^src/, 'test')
    const found = files.filter((file) => {
      const closure = this.#closureOf(file)
      return closure.has(name) || closure.has('*')
    })
    const isFar = (file) => !file.startsWith(folder)
    return found.sort((one, other) => isFar(one) - isFar(other))
  }

  #closureOf(file) {
    const known = this.#closures.get(file)
    if (known !== undefined) return known
    const closure = new Set()
    const queue = [file]
    for (const path of queue) {
      if (closure.has(path)) continue
      closure.add(path)
      if (!path.endsWith('.ts')) continue
      const text = readFileSync(path, 'utf8')
      if (/\bimport\((?!')/.test(text)) closure.add('*')
      for (const [, target] of text.matchAll(imported)) {
        const base = join(dirname(path), target)
        queue.push(base.endsWith('.sh') ? base : `${base}.ts`)
      }
    }
    this.#closures.set(file, closure)
    return closure
  }
}
