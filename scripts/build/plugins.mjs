// The plugins of esbuild that bundle.mjs needs.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** ssh2's native part, which is compiled beside its files on installation. */
export const compiledBySsh2 = {
  name: 'compiled-by-ssh2',
  setup: ({ onResolve }) =>
    onResolve({ filter: /sshcrypto\.node$/ }, () => ({
      path: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node',
      external: true,
    })),
}

/** Keeps separate files for what the command line imports only when a command needs it. */
export const besideTheProgram = {
  name: 'beside-the-program',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\// }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: `./${basename(path)}`, external: true } : undefined,
    ),
}

/**
 * Leaves out the languages of zod's messages. Fettle uses none of them, and they are a tenth of the
 * program; a task that asks for one gets it from the installed zod.
 */
export const installedLocales = {
  name: 'installed-locales',
  setup: ({ onLoad, onResolve }) => {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /^export \{ default as (\w+) \} from "\.\/(.+)\.js";$/gm,
        "export const $1 = () => require('zod/v4/locales/$2.cjs')()",
      ),
    }))
    onResolve({ filter: /^zod\/v4\/locales\/.*\.cjs$/ }, ({ path }) => ({ path, external: true }))
  },
}
