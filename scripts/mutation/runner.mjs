// The test runner of the mutation tests: Stryker's plugin, in a process that Stryker starts and ends.
// All tests are loaded once into this process, because Jest would take seconds for each mutant.
import { register } from 'node:module'
import { Suites } from './suites.mjs'

// Stryker's instrumented code looks here which mutant is active, and counts what is covered.
const stryker = (globalThis.__stryker__ = {})

/** Its id stands for a module that throws while it is loaded. */
const loading = { id: 'loading', name: 'the modules and tests can be loaded' }

class UnitTests {
  #suites = new Suites()

  /** Called in the copy of the project whose sources are instrumented. */
  init() {
    register('./loader.mjs', { parentURL: import.meta.url, data: { root: process.cwd() } })
  }

  capabilities() {
    return { reloadEnvironment: true }
  }

  /** Runs all tests without a mutant, and records which mutants each one meets. */
  async dryRun() {
    stryker.mutantCoverage = { static: {}, perTest: {} }
    await this.#suites.load()
    const tests = [{ ...loading, status: 0, timeSpentMs: 0 }]
    for await (const { id, file, failure, milliseconds } of this.#suites.run({
      before: (id) => (stryker.currentTestId = id),
    })) {
      const test = { id, name: id, fileName: file, timeSpentMs: Math.ceil(milliseconds) }
      tests.push(
        failure === undefined
          ? { ...test, status: 0 }
          : { ...test, status: 1, failureMessage: String(failure) },
      )
    }
    stryker.currentTestId = undefined
    return { status: 'complete', tests, mutantCoverage: stryker.mutantCoverage }
  }

  async mutantRun({ activeMutant, testFilter, mutantActivation, reloadEnvironment, hitLimit }) {
    stryker.mutantCoverage = undefined
    stryker.hitLimit = hitLimit
    stryker.hitCount = hitLimit === undefined ? undefined : 0
    stryker.activeMutant = undefined
    if (mutantActivation !== 'static' && (reloadEnvironment || !this.#suites.isLoaded))
      await this.#suites.load()
    stryker.activeMutant = activeMutant.id
    const results =
      mutantActivation === 'static'
        ? this.#suites.runAnew(activeMutant.fileName)
        : this.#suites.run({ wanted: new Set(testFilter) })
    let nrOfTests = 0
    const killedBy = (id, failure) => ({
      status: 'killed',
      killedBy: [id],
      failureMessage: String(failure),
      nrOfTests,
    })
    try {
      for await (const { id, failure } of results) {
        nrOfTests += 1
        if (failure !== undefined) return killedBy(id, failure)
      }
    } catch (error) {
      return killedBy(loading.id, error)
    }
    return { status: 'survived', nrOfTests }
  }

  async dispose() {
    await this.#suites.unload()
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'unit', injectableClass: UnitTests }]
