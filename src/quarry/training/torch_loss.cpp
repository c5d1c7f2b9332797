#include "quarry/training/torch_loss.h"

#include <torch/torch.h>

#include <algorithm>

// OpenBLAS keeps threads of its own beside libtorch's; absent with another BLAS.
extern "C" __attribute__((weak)) void openblas_set_num_threads(int threads);

namespace quarry::training {
namespace {

namespace functional = torch::nn::functional;

constexpr float kNever = -1e4F;  // added to a logit that must not count

class TorchLoss final : public Loss {
 public:
  explicit TorchLoss(const LossOptions& options) : options_(options) {}

  Result<double> evaluate(const LossInput& input, std::span<float> at_queries,
                          std::span<float> at_codes) override {
    try {
      return differentiate(input, at_queries, at_codes);
    } catch (const c10::Error& error) {
      return fail(ErrorKind::limit, "libtorch: {}", error.what_without_backtrace());
    }
  }

 private:
  double differentiate(const LossInput& input, std::span<float> at_queries, std::span<float> at_codes) {
    const auto dimensions = static_cast<std::int64_t>(input.dimensions);
    const auto tensor = [&](std::span<const float> values) {
      const auto rows = static_cast<std::int64_t>(values.size()) / dimensions;
      // The tensor is read only; libtorch has no view of constant memory.
      return torch::from_blob(const_cast<float*>(values.data()), {rows, dimensions}).requires_grad_(true);
    };
    const torch::Tensor queries = tensor(input.queries);
    const torch::Tensor codes = tensor(input.codes);
    const torch::Tensor mask = mask_of(input, queries.size(0));

    torch::Tensor taught;  // the teacher's softmax
    torch::Tensor rows;
    if (options_.teacher_weight > 0 && input.teacher_rows.size() > 1) {
      const auto count = static_cast<std::int64_t>(input.teacher_rows.size());
      rows = torch::empty({count}, torch::kInt64);
      std::copy(input.teacher_rows.begin(), input.teacher_rows.end(), rows.data_ptr<std::int64_t>());
      const auto width = static_cast<std::int64_t>(input.teacher.size()) / count;
      const torch::Tensor vectors =
          torch::from_blob(const_cast<float*>(input.teacher.data()), {count, width});
      taught = torch::softmax(torch::mm(vectors, vectors.t()) / options_.teacher_temperature, 1);
    }
    std::vector<std::int64_t> sizes{dimensions};
    for (const std::uint32_t size : options_.nested) sizes.push_back(size);
    torch::Tensor loss = torch::zeros({});
    for (const std::int64_t size : sizes) {
      const auto unit = [&](const torch::Tensor& pooled) {
        return functional::normalize(pooled.narrow(1, 0, size));
      };
      const torch::Tensor cosine = torch::mm(unit(queries), unit(codes).t());
      loss = loss + of_similarity(cosine, mask);
      if (taught.defined()) loss = loss + options_.teacher_weight * against_teacher(cosine, taught, rows);
    }
    loss = loss / static_cast<double>(sizes.size());
    loss.backward();
    const auto copy = [](const torch::Tensor& gradient, std::span<float> to) {
      const torch::Tensor values = gradient.contiguous();
      std::copy_n(values.data_ptr<float>(), to.size(), to.data());
    };
    copy(queries.grad(), at_queries);
    copy(codes.grad(), at_codes);
    return loss.item<double>();
  }

  // What is added to logits; undefined where nothing is masked.
  static torch::Tensor mask_of(const LossInput& input, std::int64_t batch) {
    torch::Tensor mask;
    if (input.masked.empty()) return mask;
    mask = torch::zeros({batch, batch});
    for (const auto& [query, code] : input.masked) mask.data_ptr<float>()[query * batch + code] = kNever;
    return mask;
  }

  torch::Tensor against_teacher(const torch::Tensor& cosine, const torch::Tensor& taught,
                                const torch::Tensor& rows) const {
    const torch::Tensor logits = cosine.index_select(0, rows).index_select(1, rows) / options_.temperature;
    const auto divergence = [&](const torch::Tensor& scores) {
      return functional::kl_div(torch::log_softmax(scores, 1), taught,
                                functional::KLDivFuncOptions().reduction(torch::kBatchMean));
    };
    return 0.5 * (divergence(logits) + divergence(logits.t()));
  }

  torch::Tensor of_similarity(const torch::Tensor& cosine, const torch::Tensor& mask) const {
    const std::int64_t batch = cosine.size(0);
    const auto masked = [&](const torch::Tensor& logits) { return mask.defined() ? logits + mask : logits; };
    switch (options_.kind) {
      case LossKind::info_nce: {
        const torch::Tensor logits = masked(cosine / options_.temperature);
        const torch::Tensor labels = torch::arange(batch);
        return 0.5 *
               (functional::cross_entropy(logits, labels) + functional::cross_entropy(logits.t(), labels));
      }
      case LossKind::sigmoid: {
        const torch::Tensor logits = masked(cosine / options_.temperature + options_.bias);
        const torch::Tensor sign = 2 * torch::eye(batch) - 1;
        return -torch::log_sigmoid(sign * logits).sum() / static_cast<double>(batch);
      }
      case LossKind::margin: {
        const torch::Tensor wrong = masked(cosine) + kNever * torch::eye(batch);
        const torch::Tensor right = cosine.diagonal();
        const auto hinge = [&](const torch::Tensor& hardest) {
          return torch::relu(options_.margin - right + hardest).mean();
        };
        return 0.5 * (hinge(wrong.amax(1)) + hinge(wrong.amax(0)));
      }
    }
    return torch::zeros({});
  }

  LossOptions options_;
};

}  // namespace

std::unique_ptr<Loss> make_torch_loss(const LossOptions& options, std::uint32_t threads) {
  torch::set_num_threads(static_cast<int>(threads));
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(static_cast<int>(threads));
  return std::make_unique<TorchLoss>(options);
}

}  // namespace quarry::training
