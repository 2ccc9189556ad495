#include "app/bench/svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wiredesk {
namespace {

constexpr double kWidth = 760;
constexpr double kLeft = 80;
constexpr double kTop = 48;
constexpr double kPlotHeight = 300;
constexpr double kBottom = 56;
constexpr double kLegendRow = 20;
constexpr double kRight = 24;
constexpr double kBarHeight = 22;
constexpr double kBarGap = 30;

// Okabe and Ito's, which those who confuse colours can tell apart.
constexpr const char* kColors[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                   "#E69F00", "#56B4E9", "#666666", "#000000"};

const char* Color(std::size_t index) { return kColors[index % std::size(kColors)]; }

std::string Escaped(const std::string& text) {
  std::string escaped;
  for (char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// "12,000", "0.25".
std::string TickText(double value) {
  std::string text = fmt::format("{:.10g}", value);
  if (value < 1e15 && text.find_first_not_of("0123456789") == std::string::npos) {
    for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, 1, ',');
  }
  return text;
}

class Svg {
 public:
  Svg(double height, const std::string& title) {
    text_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
        "viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        kWidth, height);
    Text(kWidth / 2, 24, "middle", title, "font-size=\"16\" font-weight=\"bold\"");
  }

  void Text(double x, double y, const char* anchor, const std::string& text,
            const std::string& more = "") {
    text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" {}>{}</text>\n", x, y,
                         anchor, more, Escaped(text));
  }
  void Line(double x1, double y1, double x2, double y2, const char* color) {
    text_ += fmt::format(
        "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1,
        x2, y2, color);
  }
  void Box(double x, double y, double width, double height, const char* color) {
    text_ += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n", x, y,
        width, height, color);
  }
  void Path(const std::vector<std::pair<double, double>>& points, const char* color) {
    std::string line;
    for (const auto& [x, y] : points) line += fmt::format("{:.1f},{:.1f} ", x, y);
    text_ += fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n", line, color);
    for (const auto& [x, y] : points) {
      text_ +=
          fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" fill=\"{}\"/>\n", x, y, color);
    }
  }

  // Names with their colours, in rows of `columns` from `y` on.
  void Legend(double y, std::span<const std::string> names, std::size_t columns) {
    const double width = (kWidth - kLeft - kRight) / static_cast<double>(columns);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const double x = kLeft + width * static_cast<double>(i % columns);
      const double row = y + kLegendRow * static_cast<double>(i / columns);
      Box(x, row - 10, 12, 12, Color(i));
      Text(x + 18, row, "start", names[i]);
    }
  }

  std::string Finish() const { return text_ + "</svg>\n"; }

 private:
  std::string text_;
};

// From values to places between two ends of an axis.
class Scale {
 public:
  Scale(double smallest, double largest, bool is_logarithmic, double from, double to)
      : is_logarithmic_(is_logarithmic), from_(from), to_(to) {
    if (is_logarithmic) {
      // From one of 1, 2 and 5 times a power of ten to another.
      std::vector<double> round;
      const double power = std::pow(10, std::floor(std::log10(smallest)));
      for (double decade = power; decade <= 100 * largest; decade *= 10) {
        for (double factor : {1.0, 2.0, 5.0}) round.push_back(decade * factor);
      }
      auto first = std::upper_bound(round.begin(), round.end(), smallest) - 1;
      const auto last = std::lower_bound(first + 1, round.end(), largest);
      ticks_.assign(first, last + 1);
      low_ = ticks_.front();
      high_ = ticks_.back();
    } else {
      const double raw = std::max(largest, 1e-9) / 5;
      const double power = std::pow(10, std::floor(std::log10(raw)));
      double step = 10 * power;
      for (double factor : {5.0, 2.5, 2.0, 1.0}) {
        if (factor * power >= raw) step = factor * power;
      }
      high_ = std::ceil(largest / step) * step;
      for (double tick = 0; tick <= high_ * 1.001; tick += step) ticks_.push_back(tick);
    }
  }

  double At(double value) const {
    const double share = is_logarithmic_ ? std::log(value / low_) / std::log(high_ / low_)
                                         : (value - low_) / (high_ - low_);
    return from_ + share * (to_ - from_);
  }
  const std::vector<double>& ticks() const { return ticks_; }

 private:
  const bool is_logarithmic_;
  const double from_;
  const double to_;
  double low_ = 0;
  double high_ = 1;
  std::vector<double> ticks_;
};

std::size_t LegendRows(std::size_t names, std::size_t columns) {
  return (names + columns - 1) / columns;
}

// The longest name decides how many stand side by side.
std::size_t LegendColumns(std::span<const std::string> names) {
  std::size_t longest = 1;
  for (const std::string& name : names) longest = std::max(longest, name.size());
  return std::clamp<std::size_t>(static_cast<std::size_t>(90 / (longest + 4)), 1, 6);
}

}  // namespace

std::string LinePlot(const std::string& title, const PlotAxis& x, const PlotAxis& y,
                     std::span<const PlotLine> lines) {
  double x_min = 1e300, x_max = 1e-300, y_min = 1e300, y_max = 1e-300;
  std::vector<std::string> names;
  for (const PlotLine& line : lines) {
    names.push_back(line.name);
    for (const auto& [px, py] : line.points) {
      x_min = std::min(x_min, px);
      x_max = std::max(x_max, px);
      y_min = std::min(y_min, py);
      y_max = std::max(y_max, py);
    }
  }
  const std::size_t columns = LegendColumns(names);
  const double bottom = kTop + kPlotHeight;
  Svg svg(bottom + kBottom + kLegendRow * static_cast<double>(LegendRows(names.size(), columns)),
          title);
  const Scale across(x_min, x_max, x.is_logarithmic, kLeft, kWidth - kRight);
  const Scale up(y_min, y_max, y.is_logarithmic, bottom, kTop);
  for (double tick : across.ticks()) {
    svg.Line(across.At(tick), kTop, across.At(tick), bottom, "#eee");
    svg.Text(across.At(tick), bottom + 16, "middle", TickText(tick));
  }
  for (double tick : up.ticks()) {
    svg.Line(kLeft, up.At(tick), kWidth - kRight, up.At(tick), "#ddd");
    svg.Text(kLeft - 8, up.At(tick) + 4, "end", TickText(tick));
  }
  svg.Line(kLeft, kTop, kLeft, bottom, "#222");
  svg.Line(kLeft, bottom, kWidth - kRight, bottom, "#222");
  svg.Text((kLeft + kWidth - kRight) / 2, bottom + 36, "middle", x.label);
  svg.Text(-(kTop + bottom) / 2, 18, "middle", y.label, "transform=\"rotate(-90)\"");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::vector<std::pair<double, double>> places;
    for (const auto& [px, py] : lines[i].points) places.emplace_back(across.At(px), up.At(py));
    svg.Path(places, Color(i));
  }
  svg.Legend(bottom + kBottom + 4, names, columns);
  return svg.Finish();
}

std::string BarPlot(const std::string& title, const std::string& value_label,
                    std::span<const std::string> part_names, std::span<const PlotBar> bars) {
  double largest = 0;
  for (const PlotBar& bar : bars) {
    largest = std::max(largest, std::accumulate(bar.parts.begin(), bar.parts.end(), 0.0));
  }
  const bool has_legend = part_names.size() > 1;
  const std::size_t columns = LegendColumns(part_names);
  const double rows = static_cast<double>(bars.size());
  const double bottom = kTop + rows * (kBarHeight + kBarGap) + 8;
  const double legend =
      has_legend ? kLegendRow * static_cast<double>(LegendRows(part_names.size(), columns)) : 0;
  Svg svg(bottom + kBottom + legend, title);
  const Scale across(0, largest, false, kLeft, kWidth - kLeft);
  for (double tick : across.ticks()) {
    svg.Line(across.At(tick), kTop, across.At(tick), bottom, "#ddd");
    svg.Text(across.At(tick), bottom + 16, "middle", TickText(tick));
  }
  svg.Line(kLeft, bottom, kWidth - kLeft, bottom, "#222");
  svg.Text(kWidth / 2, bottom + 36, "middle", value_label);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double y = kTop + static_cast<double>(i) * (kBarHeight + kBarGap) + 22;
    svg.Text(kLeft, y - 6, "start", bars[i].name);
    double sum = 0;
    for (std::size_t part = 0; part < bars[i].parts.size(); ++part) {
      const double from = across.At(sum);
      sum += bars[i].parts[part];
      svg.Box(from, y, across.At(sum) - from, kBarHeight, Color(part));
    }
    svg.Text(across.At(sum) + 6, y + kBarHeight / 2 + 4, "start",
             sum < 100 ? fmt::format("{:.3g}", sum) : TickText(std::round(sum)));
  }
  if (has_legend) svg.Legend(bottom + kBottom + 4, part_names, columns);
  return svg.Finish();
}

}  // namespace wiredesk
