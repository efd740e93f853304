# Reads the podspec as CocoaPods does, which is not here, and holds what it names against the package.
require 'json'

ROOT = File.expand_path('..', __dir__)

module Pod
  # Stands in for CocoaPods' own: what is set can be read.
  class Spec
    attr_reader :values

    def initialize
      @values = {}
      yield self
      $spec = self
    end

    def method_missing(name, value)
      raise "a pod has no `#{name}` that could be called" unless name.end_with?('=')

      @values[name.to_s.chomp('=')] = value
    end

    def respond_to_missing?(name, _all = false) = name.end_with?('=')
  end
end

# Stand in for what React Native's scripts define.
def min_ios_version_supported = '15.1'

def install_modules_dependencies(spec)
  $has_react_native = spec.values.key?('pod_target_xcconfig')
end

load File.join(ROOT, 'SidekickReactNative.podspec')
values = $spec.values
manifest = JSON.parse(File.read(File.join(ROOT, 'package.json')))
faults = []
fault = ->(text) { faults << text }

fault.('its version is not that of package.json') unless values['version'] == manifest['version']
fault.('React Native\'s dependencies are not added after the settings, or would be lost') unless $has_react_native

named = %w[source_files public_header_files].to_h { |name| [name, Array(values[name])] }
named.each do |name, patterns|
  patterns.each { |pattern| fault.("`#{pattern}` of #{name} names no file") if Dir.glob(pattern, base: ROOT).empty? }
end
sources = named.values.flatten.flat_map { |pattern| Dir.glob(pattern, base: ROOT) }
(Dir.glob('{cpp,ios}/*.{h,cpp,mm}', base: ROOT) - sources).each { |file| fault.("#{file} is in no pattern") }

# What is no part of the repository is made by `cargo xtask mobile-libs` and comes with the package.
packed = ->(path) { manifest['files'].any? { |file| path == file || path.start_with?("#{file}/") } }
paths = values['pod_target_xcconfig']['HEADER_SEARCH_PATHS'].scan(%r{"\$\(PODS_TARGET_SRCROOT\)/([^"]+)"}).flatten
[*paths, *Array(values['vendored_frameworks']), *sources, 'SidekickReactNative.podspec'].each do |path|
  fault.("#{path} is not among the `files` of package.json") unless packed.(path)
end
fault.('no folder of headers was found') if paths.empty?

abort("FAILED   SidekickReactNative.podspec: #{faults.join('; ')}") unless faults.empty?
puts "ok       SidekickReactNative.podspec names #{sources.uniq.size} sources, and #{paths.size} folders of headers"
