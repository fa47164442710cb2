// The unit tests of facts and resources, collected by Jest's own functions and run without Jest.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { getState, resetState } from 'jest-circus'
import { ImportGraph } from './import-graph.mjs'

/** Tests in real shells take too long for each mutant, and kill few that no other test does. */
const isTest = (file) => file.endsWith('.test.ts') && !file.endsWith('.real.test.ts')

/** Their tests take seconds, because they start programs. */
const isSlow = (file) => /(processes|venv)\.test\.ts$/.test(file)

const files = ['test/facts', 'test/resources']
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => join(folder, file)))
  .filter(isTest)
  .toSorted((one, other) => isSlow(one) - isSlow(other))

const hooks = (block, type) => block.hooks.filter((hook) => hook.type === type)

async function call(functions) {
  for (const { fn } of functions) await fn()
}

/** The tests of a block, each with the blocks that it is in. */
const testsOf = (block, blocks = []) =>
  block.children.flatMap((child) =>
    child.type === 'test'
      ? [{ test: child, blocks: [...blocks, block] }]
      : testsOf(child, [...blocks, block]),
  )

/** Tests by ids that are the same in each process: the file, the names and a number for doubles. */
function* identified(file, block) {
  const seen = new Map()
  for (const { test, blocks } of testsOf(block)) {
    if (test.mode === 'skip' || test.mode === 'todo') continue
    const names = [...blocks.slice(1), test].map(({ name }) => name).join(' › ')
    const count = (seen.get(names) ?? 0) + 1
    seen.set(names, count)
    yield { id: `${file}: ${names}${count > 1 ? ` (${count})` : ''}`, file, test, blocks }
  }
}

export class Suites {
  #tests = []
  /** Blocks whose `beforeAll` has run. Their `afterAll` runs when the tests are unloaded. */
  #begun = new Set()
  #instances = 0
  #graph = new ImportGraph()

  get isLoaded() {
    return this.#tests.length > 0
  }

  /** Evaluates the sources and the tests anew. */
  async load() {
    for await (const tests of this.#loaded(files)) this.#tests.push(...tests)
  }

  /**
   * Evaluates everything anew and runs the tests that a source can have an effect on, without the
   * slow ones: first those that have its name in theirs, which are the likeliest to fail.
   */
  async *runAnew(source) {
    const [word] = /[a-z0-9]+(?=[^/]*$)/.exec(source)
    const late = []
    const quick = files.filter((file) => !isSlow(file))
    for await (const tests of this.#loaded(this.#graph.thatImport(source, quick)))
      for (const each of tests)
        if (each.id.toLowerCase().includes(word)) yield await this.#result(each)
        else late.push(each)
    for (const each of late) yield await this.#result(each)
  }

  async *#loaded(names) {
    await this.unload()
    const query = `?${this.#instances++}`
    for (const file of names) {
      resetState()
      await import(pathToFileURL(file).href + query)
      yield [...identified(file, getState().rootDescribeBlock)]
    }
  }

  async unload() {
    for (const block of this.#begun) await call(hooks(block, 'afterAll'))
    this.#begun.clear()
    this.#tests = []
  }

  /** Runs tests by their ids, or all, and yields a result for each. */
  async *run({ wanted, before = () => {} }) {
    for (const each of this.#tests) {
      if (wanted !== undefined && !wanted.has(each.id)) continue
      before(each.id)
      yield await this.#result(each)
    }
  }

  async #result({ id, file, test, blocks }) {
    const begun = performance.now()
    const failure = await this.#failure(test, blocks)
    return { id, file, failure, milliseconds: performance.now() - begun }
  }

  /** What a test throws. */
  async #failure(test, blocks) {
    try {
      for (const block of blocks) await this.#begin(block)
      for (const block of blocks) await call(hooks(block, 'beforeEach'))
      try {
        await test.fn()
      } finally {
        for (const block of blocks.toReversed()) await call(hooks(block, 'afterEach'))
      }
      return undefined
    } catch (error) {
      return error
    }
  }

  async #begin(block) {
    if (this.#begun.has(block)) return
    await call(hooks(block, 'beforeAll'))
    this.#begun.add(block)
  }
}
