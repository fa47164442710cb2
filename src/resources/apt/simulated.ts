import { request } from '../../core/later.js'
import { trial, type Trial, type Verdict } from '../../core/trial.js'
import { aptSimulationFact, type AptSimulation, type AptTrial } from '../../facts/apt/simulation.js'

/** How many packages a note names. */
const named = 10

/**
 * The trial of a change by apt-get(8). What it depends on are the sources of packages and what is
 * installed: another change of packages can bring anything, so behind one it is left out.
 */
export const simulated = (asked: AptTrial): Trial =>
  trial(request(aptSimulationFact, asked), (simulation) => verdictOn(asked.names, simulation), {
    needs: ['tree:/etc/apt', 'tree:/etc/dpkg', 'tree:/var/lib/apt', 'tree:/var/lib/dpkg'],
  })

function verdictOn(names: readonly string[], simulation: AptSimulation | null): Verdict {
  if (simulation === null) return null
  const { failure, installed, upgraded } = simulation
  if (failure !== null) {
    const { reason, remedy, detail } = failure
    return { refused: reason, remedy, detail }
  }
  const others = otherThan(names)
  const found = [
    ...phrase('installs', installed.filter(others)),
    ...phrase('upgrades', upgraded.filter(others)),
  ]
  return found.length === 0 ? null : { note: `also ${found.join(', and ')}` }
}

/** Tells which packages nobody named. apt leaves out the host's own architecture. */
function otherThan(names: readonly string[]): (name: string) => boolean {
  const own = new Set(names.map((name) => name.split('=', 1)[0] ?? name))
  const unqualified = new Set([...own].map((name) => name.split(':', 1)[0] ?? name))
  return (name) => !own.has(name) && !unqualified.has(name)
}

function phrase(verb: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  const rest = names.length - named
  const shown = names.slice(0, named).join(', ')
  return [rest > 0 ? `${verb} ${shown} and ${String(rest)} more` : `${verb} ${shown}`]
}
