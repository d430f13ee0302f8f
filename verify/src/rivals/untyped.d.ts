// What is used of two packages that come without types.
declare module 'overload-protection' {
  interface Limits {
    readonly maxHeapUsedBytes: number
    readonly maxRssBytes: number
  }
  function protect(framework: 'http', limits: Limits): { readonly overload: boolean }
  export = protect
}

declare module 'toobusy-js' {
  const toobusy: { lag(): number; maxLag(): number }
  export = toobusy
}
