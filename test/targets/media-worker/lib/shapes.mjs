const SHAPES = 60;

/** Objects of sixty shapes go through one function, so that the engine learns and forgets its assumptions. */
export class Shapes {
  constructor() {
    this.measured = 0;
  }

  measure(number) {
    const shape = makeShape(number % SHAPES);
    this.measured += area(shape);
    return { area: area(shape), kind: number % SHAPES };
  }
}

function makeShape(kind) {
  const shape = {};
  for (let index = 0; index < 6; index += 1) shape[`side${(kind + index * kind) % SHAPES}`] = kind + index;
  shape.width = kind % 2 === 0 ? kind : kind / 2;
  shape.height = kind % 3 === 0 ? `${kind}` : kind;
  return shape;
}

function area(shape) {
  let sum = Number(shape.width) * Number(shape.height);
  for (const side in shape) sum += Number(shape[side]);
  return sum;
}
