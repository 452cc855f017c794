"""Small helps for drawing: one stream of chance for each purpose, weighted wheels, heavy tails."""

import bisect
import itertools
import math
import random


def stream(seed, purpose):
    """A stream of its own for each purpose: more draws for people leave the world as it was."""
    return random.Random(f"{seed}/{purpose}")


class Wheel:
    """Draws items by weight in the logarithm of their number."""

    def __init__(self, items, weights):
        self.items = list(items)
        self.sums = list(itertools.accumulate(weights))
        if not self.items or len(self.items) != len(self.sums):
            raise ValueError(f"{len(self.items)} items, {len(self.sums)} weights")

    def draw(self, rng):
        return self.items[min(bisect.bisect(self.sums, rng.random() * self.sums[-1]), len(self.items) - 1)]


def wheel_of(mapping):
    return Wheel(mapping.keys(), mapping.values())


def zipf_weights(rng, count, exponent):
    """Weights rank^-exponent, dealt to places in an order of chance."""
    weights = [(rank + 1) ** -exponent for rank in range(count)]
    rng.shuffle(weights)
    return weights


def heavy_tail(rng, exponent, most):
    """A whole number >= 2 whose probabilities fall like n^-exponent, cut at most."""
    least = 1.5
    value = least * (1 - rng.random()) ** (-1 / (exponent - 1))
    return max(2, min(most, int(value + 0.5)))


def lognormal(rng, median, spread):
    return median * math.exp(rng.gauss(0, spread))


def poisson(rng, mean):
    """Knuth's way; means here are small."""
    limit, n, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        n += 1
        product *= rng.random()
    return n
