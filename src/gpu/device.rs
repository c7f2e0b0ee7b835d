//! The graphics card, as far as this room needs it.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Waker};

use eframe::egui::{self, Id};
use eframe::egui_wgpu::RenderState;
use eframe::wgpu::{
    self, BindGroupLayout, BindingType, BlendComponent, BlendFactor, BlendOperation, BlendState, RenderPipeline,
    ShaderStages, TextureFormat, TextureFormatFeatureFlags, TextureUsages, VertexAttribute,
};

/// Cells of a density's field are of this format: it can be blended everywhere.
pub(super) const FIELD: TextureFormat = TextureFormat::R16Float;

/// Set to "off", everything is drawn without pipelines of our own.
const VARIABLE: &str = "SCHOOLBENCH_GPU";

/// A graphics card with what is needed to draw marks and densities. Cheap to clone.
///
/// It fits a window without multisampling and without a depth buffer, as eframe opens one unless it is told otherwise.
#[derive(Clone)]
pub struct Device(pub(super) Arc<Pipelines>);

/// The pipelines, and how their data is bound.
pub(super) struct Pipelines {
    pub marks: RenderPipeline,
    pub spread: RenderPipeline,
    pub smooth: RenderPipeline,
    pub peak: RenderPipeline,
    pub density: RenderPipeline,
    pub of_marks: BindGroupLayout,
    pub of_smooth: BindGroupLayout,
    pub of_peak: BindGroupLayout,
    pub of_density: BindGroupLayout,
    name: String,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Device").field(&self.0.name).finish()
    }
}

impl Device {
    /// The graphics card of a window. None where the environment says `SCHOOLBENCH_GPU=off`, where floating-point numbers
    /// cannot be added up in a picture, and where a pipeline cannot be made.
    pub fn new(state: &RenderState) -> Option<Self> {
        if std::env::var(VARIABLE).is_ok_and(|word| word.eq_ignore_ascii_case("off")) {
            tracing::info!("{VARIABLE} is off: charts are drawn without pipelines of their own");
            return None;
        }
        let features = state.adapter.get_texture_format_features(FIELD);
        if !features.allowed_usages.contains(TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING)
            || !features.flags.contains(TextureFormatFeatureFlags::BLENDABLE)
        {
            tracing::info!("this graphics card does not blend floating-point numbers");
            return None;
        }
        let scope = state.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let pipelines = Pipelines::new(state);
        let error = now(scope.pop());
        match error {
            Some(None) => Some(Self(Arc::new(pipelines))),
            Some(Some(error)) => {
                tracing::warn!("charts are drawn without pipelines of their own: {error}");
                None
            }
            None => None,
        }
    }

    /// Lets everything that is drawn in this context use the graphics card, where there is one that can be used.
    pub fn install(ctx: &egui::Context, state: Option<&RenderState>) {
        let device = state.and_then(Self::new);
        ctx.data_mut(|data| data.insert_temp(Id::NULL, Installed(device)));
    }

    /// The graphics card that was installed; none where everything is to be drawn without.
    pub fn of(ctx: &egui::Context) -> Option<Self> {
        ctx.data(|data| data.get_temp::<Installed>(Id::NULL)).and_then(|installed| installed.0)
    }

    /// What the graphics card or the driver calls itself.
    pub fn name(&self) -> &str {
        &self.0.name
    }
}

#[derive(Debug, Clone)]
struct Installed(Option<Device>);

/// What a future gives that is ready; on a desktop those of wgpu are.
fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Task::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// What a pipeline differs in.
struct Kind<'a> {
    name: &'static str,
    code: &'static str,
    fragment: &'static str,
    bound: Option<&'a BindGroupLayout>,
    /// Bytes per instance, and what they are.
    instance: Option<(u64, &'a [VertexAttribute])>,
    target: TextureFormat,
    blend: Option<BlendState>,
}

impl Pipelines {
    fn new(state: &RenderState) -> Self {
        let device = &state.device;
        let screen = state.target_format;
        let on_screen = if screen.is_srgb() { "linear" } else { "gamma" };
        let (uniform, texture) = (uniform(), texture());
        let of_marks = layout(device, &[(uniform, ShaderStages::VERTEX_FRAGMENT)]);
        let of_smooth = layout(device, &[(texture, ShaderStages::FRAGMENT), (uniform, ShaderStages::FRAGMENT)]);
        let of_peak = layout(device, &[(texture, ShaderStages::FRAGMENT)]);
        let of_density = layout(
            device,
            &[
                (uniform, ShaderStages::VERTEX_FRAGMENT),
                (texture, ShaderStages::FRAGMENT),
                (texture, ShaderStages::VERTEX),
                (texture, ShaderStages::FRAGMENT),
            ],
        );
        // As egui blends: colours are multiplied by their alpha.
        let over = BlendState {
            color: BlendComponent {
                src_factor: BlendFactor::One,
                dst_factor: BlendFactor::OneMinusSrcAlpha,
                operation: BlendOperation::Add,
            },
            alpha: BlendComponent {
                src_factor: BlendFactor::OneMinusDstAlpha,
                dst_factor: BlendFactor::One,
                operation: BlendOperation::Add,
            },
        };
        let sum = BlendComponent {
            src_factor: BlendFactor::One,
            dst_factor: BlendFactor::One,
            operation: BlendOperation::Add,
        };
        let of_mark = wgpu::vertex_attr_array![
            0 => Float32x2, 1 => Float32x2, 2 => Float32, 3 => Float32, 4 => Uint32, 5 => Unorm8x4, 6 => Unorm8x4
        ];
        let of_point = wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32];
        let within = |name, code, fragment, bound| Kind {
            name,
            code,
            fragment,
            bound: Some(bound),
            instance: None,
            target: FIELD,
            blend: None,
        };
        let marks = Kind {
            instance: Some((super::marks::BYTES, &of_mark)),
            target: screen,
            blend: Some(over),
            ..within("marks", include_str!("../../shaders/marks.wgsl"), on_screen, &of_marks)
        };
        let spread = Kind {
            bound: None,
            instance: Some((super::density::BYTES, &of_point)),
            blend: Some(BlendState { color: sum, alpha: sum }),
            ..within("spread", include_str!("../../shaders/density_spread.wgsl"), "spread", &of_peak)
        };
        let smooth = within("smooth", include_str!("../../shaders/density_smooth.wgsl"), "smoothed", &of_smooth);
        let peak = within("peak", include_str!("../../shaders/density_peak.wgsl"), "peak", &of_peak);
        let density = Kind {
            target: screen,
            blend: Some(over),
            ..within("density", include_str!("../../shaders/density_paint.wgsl"), on_screen, &of_density)
        };
        Self {
            marks: pipeline(device, &marks),
            spread: pipeline(device, &spread),
            smooth: pipeline(device, &smooth),
            peak: pipeline(device, &peak),
            density: pipeline(device, &density),
            of_marks,
            of_smooth,
            of_peak,
            of_density,
            name: state.adapter.get_info().name,
        }
    }
}

fn uniform() -> BindingType {
    BindingType::Buffer { ty: wgpu::BufferBindingType::Uniform, has_dynamic_offset: false, min_binding_size: None }
}

fn texture() -> BindingType {
    BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Float { filterable: false },
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    }
}

/// Bindings from 0 on.
fn layout(device: &wgpu::Device, bindings: &[(BindingType, ShaderStages)]) -> BindGroupLayout {
    let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..)
        .zip(bindings)
        .map(|(binding, (ty, visibility))| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: *visibility,
            ty: *ty,
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
}

fn pipeline(device: &wgpu::Device, kind: &Kind<'_>) -> RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(kind.name),
        source: wgpu::ShaderSource::Wgsl(kind.code.into()),
    });
    let bound: Vec<Option<&BindGroupLayout>> = kind.bound.map(Some).into_iter().collect();
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(kind.name),
        bind_group_layouts: &bound,
        immediate_size: 0,
    });
    let instance = kind.instance.map(|(array_stride, attributes)| wgpu::VertexBufferLayout {
        array_stride,
        step_mode: wgpu::VertexStepMode::Instance,
        attributes,
    });
    let buffers: Vec<Option<wgpu::VertexBufferLayout<'_>>> = instance.map(Some).into_iter().collect();
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(kind.name),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("corner"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &buffers,
        },
        primitive: wgpu::PrimitiveState {
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            ..wgpu::PrimitiveState::default()
        },
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some(kind.fragment),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(wgpu::ColorTargetState {
                format: kind.target,
                blend: kind.blend,
                write_mask: wgpu::ColorWrites::ALL,
            })],
        }),
        multiview_mask: None,
        cache: None,
    })
}
