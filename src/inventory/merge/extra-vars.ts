import { resolve } from 'node:path'
import { isScalar, parseDocument } from 'yaml'
import { FettleError } from '../../core/errors.js'
import { Secret } from '../../core/secret.js'
import { isPassword, readVariables, setVariable, type Layer } from './variable-layer.js'
import { scalarOf } from '../read/scalar.js'
import { warnOfSecrets } from '../environment/exposed-secrets.js'
import { readYaml } from '../read/variable-files.js'
import type { Warnings } from '../warnings.js'
import { YamlFile } from '../read/yaml-file.js'

const place = { file: '-e', line: 0, column: 0 }

/**
 * Parses `-e`, in Ansible's three forms: `@file.yml`, a mapping in YAML or JSON (`{"port": 80}`),
 * and `name=value other='two words'`, whose values are read as YAML scalars. A later one wins.
 * @throws FettleError `usage` for text in none of these forms, `inventory-invalid` for YAML that
 *   cannot be read
 */
export function readExtraVars(
  given: readonly string[],
  project: string,
  warnings: Warnings,
): Layer {
  const layer: Layer = new Map()
  const onCommandLine: Layer = new Map()
  for (const text of given) {
    for (const [name, variable] of readOne(text, project, warnings)) {
      layer.set(name, variable)
      if (!text.startsWith('@')) onCommandLine.set(name, variable)
    }
  }
  warnOfSecrets(onCommandLine, warnings)
  return layer
}

function readOne(text: string, project: string, warnings: Warnings): Layer {
  const read: Layer = new Map()
  if (text.startsWith('@')) {
    const yaml = readYaml(project, resolve(project, text.slice(1)), warnings)
    readVariables(read, yaml, yaml.root, 'a file of variables', warnings)
  } else if (/^\s*[{[]/.test(text)) {
    const yaml = new YamlFile('-e', text, warnings)
    readVariables(read, yaml, yaml.root, 'what -e takes', warnings)
  } else {
    readPairs(read, text, warnings)
  }
  return read
}

function readPairs(layer: Layer, text: string, warnings: Warnings): void {
  let rest = text.trim()
  while (rest !== '') {
    const [pair, name, value] =
      /^([^\s=]+)=("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"']\S*|)(?=\s|$)/s.exec(rest) ?? []
    // The text may contain a password and is not quoted.
    if (pair === undefined || name === undefined || value === undefined)
      throw new FettleError('usage', {
        address: '-e',
        message: '-e takes name=value, a mapping in YAML or JSON, or @file',
        remedy: `put a value with spaces in quotes of its own: -e "name='two words'"`,
      })
    const quoted = /^["']/.test(value) ? unquoted(value) : null
    const read = isPassword(name) ? new Secret(quoted ?? value) : (quoted ?? scalarOf(value))
    setVariable(layer, name, { value: read, place: () => place }, warnings)
    rest = rest.slice(pair.length).trimStart()
  }
}

/** The content of a quoted YAML scalar. */
function unquoted(text: string): string {
  const { contents, errors } = parseDocument(text, { prettyErrors: false })
  return errors.length === 0 && isScalar(contents) ? String(contents.value) : text
}
