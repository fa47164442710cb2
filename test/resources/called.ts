const named = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name)

/** The functions of shell files that a script, or one of its functions, calls and nobody defines. */
export function undefinedIn(script: string): readonly string[] {
  const defined = new Set(named(script, /\b(fettle_\w+)\(\)/g))
  const called = new Set(named(script, /(?<![$\w/])(fettle_\w+)(?!\(\))\b/g))
  return [...called].filter((name) => !defined.has(name))
}
