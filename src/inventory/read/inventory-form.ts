import { extname } from 'node:path'

const endings = ['.yml', '.yaml', '.json']
/**
 * A name of YAML, in quotes or not. Nothing of INI has a colon at its end, or one with a space
 * behind it, before any `=`.
 */
const yamlName = /^(?:"[^"]*"|'[^']*'|[^\s"'[\]{}=#;][^"'[\]{}=#;]*?)\s*:(?:\s|$)/

/**
 * Whether an inventory is YAML, or else INI. As with Ansible the ending of its name tells; a file
 * without one is judged by its first line that is neither empty nor a comment.
 */
export function isYaml(path: string, text: string): boolean {
  const ending = extname(path)
  if (ending !== '') return endings.includes(ending)
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim())
  const first = lines.find((line) => !/^(?:$|[#;])/.test(line)) ?? ''
  return yamlName.test(first) || /^(?:---(?:\s|$)|%YAML\b|\{(?!\{))/.test(first)
}
