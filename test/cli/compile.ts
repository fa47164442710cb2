import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { transformSync } from '@swc/core'
import { emitShellModules } from '../../scripts/build/shell/emit.mjs'

/**
 * Compiles `src` file by file to JavaScript, as tsc does for the package, beside the packages that
 * it imports.
 */
export function compile(into: string): void {
  const source = join(import.meta.dirname, '../../src')
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )) {
    const { code } = transformSync(readFileSync(join(source, file), 'utf8'), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    })
    const output = join(into, 'src', file.replace(/ts$/, 'js'))
    mkdirSync(dirname(output), { recursive: true })
    writeFileSync(output, code)
  }
  emitShellModules(into)
  writeFileSync(join(into, 'package.json'), '{"type": "module", "version": "0.0.0"}')
  symlinkSync(join(source, '../node_modules'), join(into, 'node_modules'))
}
