// Two kinds of plots as SVG, for reports: lines over numbers, and bars made of parts. A page of
// text each, so that no plotting library is needed. Pure functions.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace wiredesk {

struct PlotAxis {
  std::string label;  // With the unit.
  bool is_logarithmic = false;
};

struct PlotLine {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

// The vertical axis begins at 0, or at a power of ten if it is logarithmic. Values are > 0.
std::string LinePlot(const std::string& title, const PlotAxis& x, const PlotAxis& y,
                     std::span<const PlotLine> lines);

struct PlotBar {
  std::string name;
  std::vector<double> parts;  // As many as there are names of parts; of 0: not there.
};

// Bars from left to right, one below the other. With a single part there is no legend.
std::string BarPlot(const std::string& title, const std::string& value_label,
                    std::span<const std::string> part_names, std::span<const PlotBar> bars);

}  // namespace wiredesk
