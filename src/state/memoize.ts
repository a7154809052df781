/** Derived state with stable references: a selector that computes keeps its last answer, so that it never makes React render in circles. */

/** The function with its last result kept for as long as every argument is the same reference. */
export function memoizeLast<Arguments extends readonly unknown[], Result>(
  compute: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  let last: { readonly args: Arguments; readonly result: Result } | undefined;
  return (...args) => {
    if (last === undefined || last.args.some((argument, i) => !Object.is(argument, args[i]))) {
      last = { args, result: compute(...args) };
    }
    return last.result;
  };
}
