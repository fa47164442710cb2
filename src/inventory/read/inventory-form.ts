import { extname } from 'node:path'

const endings = ['.yml', '.yaml', '.json']
/**
 * A YAML key, quoted or not. In INI no line has a colon at its end, or before a space, unless a `=`
 * precedes it.
 */
const yamlName = /^(?:"[^"]*"|'[^']*'|[^\s"'[\]{}=#;][^"'[\]{}=#;]*?)\s*:(?:\s|$)/

/**
 * Whether an inventory is YAML and not INI. As in Ansible the file's extension decides; a file
 * without one is judged by its first line that is neither empty nor a comment.
 */
export function isYaml(path: string, text: string): boolean {
  const ending = extname(path)
  if (ending !== '') return endings.includes(ending)
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim())
  const first = lines.find((line) => !/^(?:$|[#;])/.test(line)) ?? ''
  return yamlName.test(first) || /^(?:---(?:\s|$)|%YAML\b|\{(?!\{))/.test(first)
}
