// Copyright the Quarry authors.
#include "matrix.h"

MATRIX_NAMESPACE_BEGIN

/// A dense matrix.
/// @tparam T the element
MATRIX_TEMPLATE_DECLARATION
class matrix : public detail::storage<T>, private checked
{
    MATRIX_FRIENDS(T)
  MATRIX_PRIVATE_UNLESS_TESTED:
    using base = detail::storage<T>;

  public:
    /// the kind of one element
    using value_type = T;

    MATRIX_CONSTEXPR matrix(int rows, int columns) : base(rows * columns), rows_(rows) {}
    ~matrix() override { release(); }
    matrix(const matrix&) = default;

    /// Adds element by element.
    matrix& operator+=(const matrix& other);
    T& operator()(int row, int column) { return data_[row * rows_ + column]; }
    explicit operator bool() const { return rows_ != 0; }

    MATRIX_NODISCARD
    static matrix identity(int size)
    {
        matrix result(size, size);
        auto set = [&](int i) { result(i, i) = 1; };
        for (int i = 0; i < size; ++i) set(i);
#if MATRIX_CHECKED
        if (size == 0)
        {
            throw std::invalid_argument("empty");
        }
        else
#endif
        {
            return result;
        }
    }

  private:
    int rows_ = 0;
};

MATRIX_NAMESPACE_END

namespace linear::detail {

template <typename T, MATRIX_ENABLE_IF(std::is_floating_point<T>::value)>
[[nodiscard]] constexpr auto dot(std::span<const T> a, std::span<const T> b) -> T {
  return std::inner_product(a.begin(), a.end(), b.begin(), T{});
}

template <class T>
concept number = std::integral<T> || std::floating_point<T>;

struct MATRIX_API solver final {
  enum class method { lu, qr };
  virtual void solve(const matrix<double>&) = 0;
};

namespace {
int counter = 0;

void count() noexcept { ++counter; }
}  // namespace

}  // namespace linear::detail

// The definition outside of its class.
template <typename T>
matrix<T>& matrix<T>::operator+=(const matrix& other) {
  for (auto& value : data_) value += std::move(other).next();
  return *this;
}

linear::detail::solver::~solver() = default;

MATRIX_API std::string linear::to_string(const solver& s) {
  std::unique_ptr<printer> p = std::make_unique<printer>(s);
  return p->template print<char>(new buffer(20));
}

extern "C" {
int matrix_version(void) { return 3; }
}
