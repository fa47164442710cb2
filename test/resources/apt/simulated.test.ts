import { expect, test } from '@jest/globals'
import type { Verdict } from '../../../src/core/trial.js'
import type { AptSimulation } from '../../../src/facts/apt/simulation.js'
import { simulated } from '../../../src/resources/apt/simulated.js'

const fine: AptSimulation = { failure: null, installed: [], upgraded: [] }
const twelve = Array.from({ length: 12 }, (_, index) => `lib${String(index)}`)

test.each<[string, readonly string[], AptSimulation | null, Verdict]>([
  ['nothing else', ['git'], { ...fine, installed: ['git'] }, null],
  ['nothing that is known', ['git'], null, null],
  [
    'nothing but what was named in a version, or for an architecture',
    ['git=1:2*', 'curl:amd64', 'libc6:i386'],
    { ...fine, installed: ['libc6:i386', 'curl'], upgraded: ['git'] },
    null,
  ],
  [
    'others',
    ['git'],
    { ...fine, installed: ['git-man', 'git', 'less'] },
    { note: 'also installs git-man, less' },
  ],
  [
    'too many to name',
    ['git'],
    { ...fine, installed: [...twelve, 'git'], upgraded: ['libc6'] },
    {
      note: `also installs ${twelve.slice(0, 10).join(', ')} and 2 more, and upgrades libc6`,
    },
  ],
  [
    'just few enough',
    ['git'],
    { ...fine, upgraded: twelve.slice(0, 10) },
    { note: `also upgrades ${twelve.slice(0, 10).join(', ')}` },
  ],
  [
    'a failure',
    ['git'],
    { ...fine, failure: { reason: 'no package git', remedy: 'correct it', detail: 'E: none' } },
    { refused: 'no package git', remedy: 'correct it', detail: 'E: none' },
  ],
])('apt would change %s', (_, names, simulation, verdict) => {
  expect(simulated({ verb: 'install', flags: [], names }).judge(simulation)).toEqual(verdict)
})
