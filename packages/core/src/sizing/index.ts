export { copyPooled } from './copy-pooled.ts'
export { estimateBytes, type SizingBudget } from './estimate.ts'
export { flatCopy } from './flat-copy.ts'
