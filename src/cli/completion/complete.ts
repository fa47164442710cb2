import type { Argument, Command, Option } from 'commander'

/** A word that completes the input, with its description. */
export interface Candidate {
  readonly word: string
  readonly meaning: string
}

/** Possible completions of the last word. */
export interface Completion {
  /** Words that begin with what was typed. */
  readonly candidates: readonly Candidate[]
  /** What else may complete it: the shell lists files and folders, the inventory hosts. */
  readonly otherKind: 'files' | 'folders' | 'hosts' | null
  /** The part of the last word to keep before a host: `--limit=`, `web:&`. */
  readonly prefix: string
  /** The inventories named so far. */
  readonly inventories: readonly string[]
}

/** The kind of a value, by its placeholder in the help. */
const kinds: Readonly<Record<string, Completion['otherKind']>> = {
  FILE: 'files',
  PATH: 'files',
  DIR: 'folders',
  PATTERN: 'hosts',
  HOST: 'hosts',
}

const kindOf = (placeholder: string): Completion['otherKind'] => kinds[placeholder] ?? null

/** Parses the words before the last one, as the command line does. */
class TypedWords {
  /** The option whose value comes next. */
  pendingOption: Option | null = null
  #arguments = 0
  #onlyArguments = false
  readonly inventories: string[] = []

  constructor(public command: Command) {}

  read(word: string): void {
    if (this.pendingOption !== null) this.#value(this.pendingOption, word)
    else if (this.#onlyArguments || !word.startsWith('-') || word === '-') this.#argument(word)
    else if (word === '--') this.#onlyArguments = true
    else this.#flag(word)
  }

  #argument(word: string): void {
    const below = this.command.commands.find((one) => one.name() === word)
    if (below === undefined) this.#arguments += 1
    else this.command = below
  }

  #flag(word: string): void {
    const isLong = word.startsWith('--')
    const [flag = '', ...value] = isLong ? word.split('=') : shortFlag(this.command, word)
    const option = optionOf(this.command, flag)
    if (option === undefined || (!option.required && !option.optional)) return
    if (value.length > 0) this.#value(option, value.join('='))
    else if (option.required) this.pendingOption = option
  }

  #value(option: Option, value: string): void {
    if (option.attributeName() === 'inventory') this.inventories.push(value)
    this.pendingOption = null
  }

  get takesFlags(): boolean {
    return !this.#onlyArguments
  }

  /** The argument that comes next. The last one of a command may take many words. */
  get argument(): Argument | undefined {
    const all = this.command.registeredArguments
    const last = all.at(-1)
    return all[this.#arguments] ?? (last?.variadic === true ? last : undefined)
  }
}

const optionOf = (command: Command, flag: string): Option | undefined =>
  command.options.find((option) => option.short === flag || option.long === flag)

/** Splits `-bl` or `-lweb` into flags. The last one may have its value attached. */
function shortFlag(command: Command, word: string): readonly string[] {
  for (let at = 1; at < word.length; at += 1) {
    const flag = `-${word.charAt(at)}`
    if (optionOf(command, flag)?.required !== true) continue
    const value = word.slice(at + 1)
    return value === '' ? [flag] : [flag, value]
  }
  return [word]
}

/**
 * Completes the last of these words, from the definitions of the command line itself.
 * @param words the words after `fettle`; the last one is under the cursor and may be empty
 */
export function completion(program: Command, words: readonly string[]): Completion {
  const reader = new TypedWords(program)
  for (const word of words.slice(0, -1)) reader.read(word)
  const typed = words.at(-1) ?? ''
  const { command, inventories, pendingOption: wants } = reader
  const answer = (given: Partial<Completion>, prefix = ''): Completion => ({
    candidates: [],
    otherKind: null,
    prefix,
    inventories,
    ...given,
  })
  if (wants !== null) return answer(...valuesOf(wants, typed))
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? []
  const option = flag !== undefined && reader.takesFlags ? optionOf(command, flag) : undefined
  const takesValue = option?.required === true || option?.optional === true
  if (flag !== undefined && value !== undefined && option !== undefined && takesValue)
    return answer(...valuesOf(option, value, `${flag}=`))
  if (typed.startsWith('-') && reader.takesFlags)
    return answer({ candidates: flagsOf(command).filter(({ word }) => word.startsWith(typed)) })
  const commands = commandsOf(command).filter(({ word }) => word.startsWith(typed))
  const { argument } = reader
  if (argument === undefined) return answer({ candidates: commands })
  const [given, prefix] = valuesOf(argument, typed)
  return answer({ ...given, candidates: [...commands, ...(given.candidates ?? [])] }, prefix)
}

const commandsOf = (command: Command): readonly Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((below) => below.name() !== 'help')
    .map((below) => ({ word: below.name(), meaning: below.description() }))

function flagsOf(command: Command): readonly Candidate[] {
  const options = command.createHelp().visibleOptions(command)
  return options.flatMap(({ long, short, description }) => {
    const words = [long, short].filter((word) => typeof word === 'string')
    return words.map((word) => ({ word, meaning: description }))
  })
}

/**
 * The possible values of an option or argument, and the part of the typed word to keep before them.
 */
function valuesOf(
  of: Option | Argument,
  typed: string,
  prefix = '',
): readonly [Partial<Completion>, string] {
  const placeholder = 'flags' in of ? (/[<[](\w+)/.exec(of.flags)?.[1] ?? '') : of.name()
  const choices = (of.argChoices ?? [])
    .filter((choice) => choice.startsWith(typed))
    .map((choice) => ({ word: `${prefix}${choice}`, meaning: '' }))
  const otherKind = kindOf(placeholder)
  if (otherKind !== 'hosts') return [{ candidates: choices, otherKind }, prefix]
  // Keeps the earlier terms of a pattern.
  const earlier = /^.*[:,&!]/s.exec(typed)?.[0] ?? ''
  return [{ candidates: choices, otherKind }, `${prefix}${earlier}`]
}

/** The hosts and groups that match the last term of a pattern. */
export const completeNames = (
  names: readonly string[],
  { prefix }: Completion,
  typed: string,
): readonly Candidate[] =>
  names
    .map((name) => ({ word: `${prefix}${name}`, meaning: '' }))
    .filter(({ word }) => word.startsWith(typed))
