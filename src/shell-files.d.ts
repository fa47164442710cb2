// Programs for a host, `x.sh` beside the module that starts it: their texts as they travel. The
// build makes these modules.

declare module '*.sh.js' {
  const text: string
  export default text
}

declare module '*.pl.js' {
  const text: string
  export default text
}

declare module '*.py.js' {
  const text: string
  export default text
}
