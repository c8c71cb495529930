#include "nnft/run/series_analysis.hpp"

#include <algorithm>
#include <cmath>

#include "nnft/core/error.hpp"
#include "nnft/stats/fit_error.hpp"
#include "run/fit_groups.hpp"
#include "run/fit_models.hpp"

namespace nnft {
namespace {

Regulator regulator_for(const FitRequest& request, const RowMatrix& leave_one_out) {
  if (leave_one_out.cols() == 1) return {};
  if (request.optimal_shrinkage) return optimal_shrinkage(leave_one_out);
  return request.regulator.value_or(default_regulator(leave_one_out.rows(), leave_one_out.cols()));
}

/// One tuple's values with the covariances of its sources.
struct TupleData {
  MeasuredValues measured;
  std::vector<RowMatrix> leave_one_out;  ///< of each source

  TupleData(const GroupData& data, const FitRequest& request, Eigen::Index tuple) {
    measured.value.resize(std::ssize(data.group.points));
    for (Eigen::Index k = 0; k < measured.value.size(); ++k)
      measured.value[k] = data.group.points[static_cast<std::size_t>(k)].value[tuple];
    for (const SourceRows& source : data.sources) {
      leave_one_out.push_back(source.of_tuple(tuple));
      measured.sources.push_back(estimate_covariance(leave_one_out.back(), regulator_for(request, leave_one_out.back())));
    }
  }
};

/// The points that a model is given: all but those of the first `cut` sources.
struct KeptPoints {
  std::vector<FitPoint> points;
  MeasuredValues measured;
  Eigen::Index cut = 0;  ///< points left out

  KeptPoints(const GroupData& data, const TupleData& tuple, const FitModel& model) {
    const std::size_t first = std::min(static_cast<std::size_t>(model.cut), data.sources.size());
    for (std::size_t s = 0; s < first; ++s) cut += data.sources[s].points();
    for (std::size_t k = static_cast<std::size_t>(cut); k < data.group.points.size(); ++k)
      points.push_back(data.group.points[k].at);
    measured.value = tuple.measured.value.tail(std::ssize(points));
    measured.sources.assign(tuple.measured.sources.begin() + static_cast<std::ptrdiff_t>(first), tuple.measured.sources.end());
  }
};

/// Shape (deletions, parameters).
RowMatrix all_deletions(const LeastSquares& fit, const TupleData& tuple, const FitModel& model) {
  Eigen::Index rows = 0, row = 0, first = 0;
  for (const RowMatrix& source : tuple.leave_one_out) rows += source.rows();
  RowMatrix parameters = RowMatrix::Constant(rows, fit.parameters.size(), not_a_number);
  for (std::size_t s = 0; s < tuple.leave_one_out.size(); ++s) {
    const RowMatrix& source = tuple.leave_one_out[s];
    if (s >= static_cast<std::size_t>(model.cut)) {
      parameters.middleRows(row, source.rows()) = leave_one_out_parameters(fit, first, source);
      first += source.cols();
    }
    row += source.rows();
  }
  return parameters;
}

/// Fits all models to one tuple; what is impossible becomes a remark of the group.
std::vector<TupleFit> fit_tuple(GroupData& data, const FitRequest& request, const std::vector<FitModel>& models,
                                Eigen::Index tuple) {
  std::vector<TupleFit> fits(models.size());
  std::optional<TupleData> values;
  try {
    values.emplace(data, request, tuple);
  } catch (const FitError& error) {
    ++data.group.remarks[std::string("not fitted: ") + error.what()];
    return fits;
  }
  for (const SourceCovariance& source : values->measured.sources)
    if (source.regulator.kind != RegulatorKind::none) ++data.group.regulators[regulator_text(source.regulator)];
  std::vector<ModelScore> scores;
  for (std::size_t m = 0; m < models.size(); ++m) {
    const KeptPoints kept(data, *values, models[m]);
    const auto cut = static_cast<int>(kept.cut);
    try {
      fits[m].fit = fit_series(models[m].series, kept.points, kept.measured);
      if (request.leave_one_out) fits[m].leave_one_out = all_deletions(fits[m].fit, *values, models[m]);
      fits[m].fit.response.resize(0, 0);
      fits[m].done = true;
    } catch (const FitError& error) {
      ++data.group.remarks["a series was not fitted: " + std::string(error.what())];
    }
    scores.push_back({fits[m].done ? fits[m].fit.chi2 : not_a_number, models[m].series.parameters(), cut});
  }
  const Vector weights = model_weights(scores);
  for (std::size_t m = 0; m < models.size(); ++m) fits[m].weight = weights[static_cast<Eigen::Index>(m)];
  return fits;
}

/// The terms of all models, each once.
std::vector<SeriesTerm> union_of_terms(const std::vector<FitModel>& models) {
  SeriesOrder highest;
  for (const FitModel& model : models)
    highest = {std::max(highest.width, model.order.width), std::max(highest.strength, model.order.strength)};
  return series_terms(highest);
}

}  // namespace

std::vector<int> SeriesAnalysis::places(const FitModel& model) const {
  std::vector<int> places;
  for (const SeriesTerm& term : model.series.terms)
    places.push_back(static_cast<int>(std::find(terms.begin(), terms.end(), term) - terms.begin()));
  if (free_exponent) places.push_back(static_cast<int>(terms.size()));
  return places;
}

std::vector<AveragedParameter> SeriesAnalysis::average(const std::vector<TupleFit>& fits) const {
  const auto count = static_cast<Eigen::Index>(fits.size());
  RowMatrix values = RowMatrix::Constant(parameters(), count, not_a_number), errors = values;
  Vector weights(count);
  for (Eigen::Index m = 0; m < count; ++m) {
    const TupleFit& fit = fits[static_cast<std::size_t>(m)];
    weights[m] = fit.weight;
    if (!fit.done) continue;
    const std::vector<int> at = places(models[static_cast<std::size_t>(m)]);
    values(at, m) = fit.fit.parameters;
    errors(at, m) = fit.fit.covariance.diagonal().cwiseSqrt();
  }
  std::vector<AveragedParameter> averages;
  for (Eigen::Index k = 0; k < values.rows(); ++k)
    averages.push_back(average_models(values.row(k).transpose(), errors.row(k).transpose(), weights));
  return averages;
}

SeriesAnalysis analyse_series(const FitInput& input, const FitRequest& request) {
  const FitSubject subject = choose_subject(input, request);
  SeriesAnalysis analysis;
  std::vector<GroupData> groups = read_groups(input, request, subject, analysis.remarks);
  analysis.variable = subject.variable;
  analysis.direction = subject.direction;
  analysis.axis = request.axis;
  analysis.free_exponent = subject.free_exponent;
  analysis.leave_one_out = request.leave_one_out;
  analysis.models = choose_models(request, subject, groups);
  analysis.terms = union_of_terms(analysis.models);
  bool any = false;
  for (GroupData& data : groups) {
    for (std::size_t t = 0; t < subject.columns.size(); ++t) {
      data.group.tuples.push_back(fit_tuple(data, request, analysis.models, static_cast<Eigen::Index>(t)));
      any = any || std::any_of(data.group.tuples.back().begin(), data.group.tuples.back().end(),
                               [](const TupleFit& f) { return f.done; });
    }
    analysis.groups.push_back(std::move(data.group));
  }
  if (!any) {
    const std::map<std::string, int>& why = analysis.groups.front().remarks;
    throw UsageError("nothing can be fitted: " + (why.empty() ? "no tuples" : why.begin()->first));
  }
  return analysis;
}

}  // namespace nnft
