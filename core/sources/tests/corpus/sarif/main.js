const unused = 1;
function add(a, b) {
  if (a == null) debugger;
  return a + c;
}
let x = add(1, 2);
export { x };
