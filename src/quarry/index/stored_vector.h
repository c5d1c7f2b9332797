// The form in which vectors are kept and compared: turned, so that no few components carry most of them, and
// in one byte a component.
//
// A model's first components are often larger than its last ones, and a code with equal steps for all of them
// cuts the large ones off. A fixed rotation, random signs and a Walsh-Hadamard transform, spreads them evenly
// and leaves every cosine as it was (the trick of Ailon and Chazelle's fast Johnson-Lindenstrauss transform,
// 2006). Documents and queries take the same turn, so both must come through here.
#pragma once

#include <cstdint>
#include <span>

namespace quarry::index {

// `vector`: of unit length, overwritten. `stored`: as many elements; unit length is 127.
void store_vector(std::span<float> vector, std::span<std::int8_t> stored);

// Only the rotation: keeps lengths and angles.
void rotate(std::span<float> vector);

}  // namespace quarry::index
